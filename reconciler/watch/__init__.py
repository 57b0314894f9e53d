"""Planning again and again, on the rhythm that the calls allow."""
