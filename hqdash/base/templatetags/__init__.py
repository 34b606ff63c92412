"""Template tags of the shell and of every page: `{% load ui %}`, `{% load chart %}`."""
