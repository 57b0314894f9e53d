"""What each kind of resource is: what to ask, what the answers mean, what to send."""
