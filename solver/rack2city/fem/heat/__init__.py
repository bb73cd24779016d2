"""Heat in solids and streams whose velocity is known: conditions, weak form, balance, steady and in time."""
