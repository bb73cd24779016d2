"""The uninterruptible power supply: what it loses of what it passes on."""


def ups_loss(load_w: float, efficiency: float) -> float:
    """Loss (W) of a UPS that feeds a load (W) at a given efficiency (-): P_loss = P_load (1/eta - 1).

    The efficiency is taken as constant over the load; the loss curve a + bL + cL² needs more than one certified point.
    """
    return load_w * (1.0 / efficiency - 1.0)
