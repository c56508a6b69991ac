"""What Kallelse is measured against: the same form and the same registration, made in other ways."""
