"""What pipes and tanks do to the heat that passes through them, steady and in time."""
