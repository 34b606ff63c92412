"""HQ Dash: the social media command dashboard for the people who keep the public safe."""
