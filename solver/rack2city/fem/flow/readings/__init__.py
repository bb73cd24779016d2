"""What is read off a flow: Reynolds numbers of ports and sections, stress along walls, forces."""
