"""Whatever goes wrong is one sentence on stderr, and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from dedup.errors import DedupError

UNCHANGED = "No file was changed."
_INTERRUPTED = 130


@contextmanager
def one_sentence(stopped: str = UNCHANGED) -> Iterator[None]:
    """Whatever goes wrong is one sentence on stderr, never a traceback.

    stopped: what is said of the files where the work was interrupted.
    """
    try:
        yield
    except DedupError as error:
        typer.echo(f"dedup: {error}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo(f"dedup: interrupted. {stopped}", err=True)
        raise typer.Exit(_INTERRUPTED) from None
    except BrokenPipeError:  # the reader of stdout has gone, as in `dedup … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(
            f"dedup: {where}{error.strerror or error}. Check the disk and its permissions.",
            err=True,
        )
        raise typer.Exit(2) from None
    except MemoryError:
        typer.echo("dedup: the corpus does not fit into memory. Scan it in parts.", err=True)
        raise typer.Exit(2) from None
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:
        typer.echo(
            f"dedup: this should not have happened ({type(error).__name__}: {error})."
            " Please report it with the command.",
            err=True,
        )
        raise typer.Exit(2) from error
