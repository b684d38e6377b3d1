"""One clear error where memory ran out, whichever library says so, and room to go on."""

from __future__ import annotations

from ..backend import Device
from ..backend.memory import Shortage, release, shortage_of, shown
from ..errors import OutOfMemoryError, XpnetError

__all__ = ["explained"]


def explained(
    where: str, error: BaseException, device: Device, batch: int | None, remedy: str
) -> OutOfMemoryError | None:
    """Return the error to raise in place of one of a library; None if it tells of something else.

    What the failed call had made is freed: the variables of its functions, which the traceback
    keeps, are forgotten, and libraries and kernels give back what they hold for later arrays. Raise
    it outside of the ``except``, so that it does not refer to the first error.

    Parameters
    ----------
    where : str
        What was called.
    error : exception
    device : Device
        Where the model is.
    batch : int, optional
        Samples in a batch, if that is known.
    remedy : str
        What to do, and in what state things are.
    """
    if isinstance(error, XpnetError):
        return None
    shortage = shortage_of(error)
    if shortage is None:
        return None
    import gc  # here, since it is rare, and predicting is to start soon
    import traceback

    found = _described(where, shortage, device, batch, remedy)
    # the first error may have others in its wake, each with the variables of the same functions
    link: BaseException | None = error
    while link is not None:
        traceback.clear_frames(link.__traceback__)
        link = link.__context__
    gc.collect()
    release()
    return found


def _described(
    where: str, shortage: Shortage, device: Device, batch: int | None, remedy: str
) -> OutOfMemoryError:
    name, memory = shortage.memory_of(device)
    sizes = []
    if shortage.asked:
        sizes.append(f"{shown(shortage.asked)} more were asked for")
    if memory.used is not None:
        kept = "" if memory.kept is None else f" ({shown(memory.kept)} with what is kept for later)"
        sizes.append(f"{shown(memory.used)} are in use{kept}")
    if memory.total is not None:
        sizes.append(f"there are {shown(memory.total)}")
    rows = "" if batch is None else f" with a batch of {batch:,}"
    told = OutOfMemoryError(
        f"{where}: memory ran out on {name!r}{rows}"
        f"{': ' if sizes else ''}{', '.join(sizes)}; {remedy}"
    )
    told.asked, told.used, told.total = shortage.asked, memory.used, memory.total
    return told
