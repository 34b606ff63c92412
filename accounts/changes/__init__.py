"""What can be changed about tiers and the tree, one kind per class: what it says, refuses and does."""
