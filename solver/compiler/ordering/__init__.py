"""What is computed when: who reads whom, and blocks that read themselves or what grows."""
