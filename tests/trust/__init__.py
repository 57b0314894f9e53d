"""Stories: one integer decides what is wanted, what others do, what breaks and when the process dies."""
