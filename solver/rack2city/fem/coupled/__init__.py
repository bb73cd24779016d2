"""Flow and heat together: viscosity of temperature, buoyancy, means over time, the age of the fluid."""
