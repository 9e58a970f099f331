"""The command line of the models: python -m models train | evaluate | validation."""

import csv
import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from models import data
from models.catalog import LABELS, SHIPPED, ModelError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
notes = Console(stderr=True)


def bar() -> Progress:
    """Return a progress bar on standard error, so that standard output stays machine-readable."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=notes)


def measure(name: str, rows: data.Labelled, revision: str | None = None) -> dict[str, Any]:
    """Load a model, score the rows with it and return its figures with its version and speed."""
    from models.evaluate import report
    from models.sentiment import load

    model = load(name, revision)
    with bar() as progress:
        task = progress.add_task("scoring", total=len(rows))
        started = time.perf_counter()
        probabilities = model.predict(rows.texts, lambda done: progress.advance(task, done))
    speed = len(rows) / (time.perf_counter() - started)
    return {"model": model.version, **report(probabilities, rows.labels), "texts_per_second": round(speed, 1)}


@app.command()
def train(
    source: Annotated[Path, typer.Argument(help="TSV with columns label and text.")],
    out: Annotated[Path, typer.Option(help="Folder for the adapter.")] = SHIPPED,
    seed: Annotated[int, typer.Option(help="Seed of weights, order and dropout.")] = 7,
    rows: Annotated[int, typer.Option(help="Train on the first N rows only; 0 takes all.")] = 0,
    epochs: Annotated[int, typer.Option(help="Passes over the rows.")] = 2,
) -> None:
    """Train the LoRA adapter on all rows but 2,000, validate on those, and write both adapter and scores."""
    from models import train as training

    learn, validation = data.split(data.read(str(source)))
    learn = learn.take(range(min(rows, len(learn)) if rows else len(learn)))
    recipe = training.Recipe(seed=seed, epochs=epochs)
    with bar() as progress:
        task = progress.add_task("training", total=len(learn) * recipe.epochs)
        started = time.perf_counter()

        def heard(done: int, loss: float) -> None:
            progress.update(task, advance=done, description=f"training, loss {loss:.3f}")

        network = training.train(learn, recipe, heard)
        minutes = (time.perf_counter() - started) / 60
    training.save(network, out, recipe, {"training_rows": len(learn), "minutes": round(minutes, 1)})
    figures = measure(str(out), validation)
    training.save(
        network, out, recipe, {"training_rows": len(learn), "minutes": round(minutes, 1), "validation": figures}
    )
    print(json.dumps(figures))


@app.command()
def validation(source: Annotated[Path, typer.Argument(help="The file that `train` reads.")]) -> None:
    """Print the rows that `train` holds out, as a TSV that `evaluate -` reads."""
    held_out = data.split(data.read(str(source)))[1]
    writer = csv.writer(sys.stdout, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n")
    writer.writerow(("label", "text"))
    writer.writerows(zip((LABELS[label] for label in held_out.labels), held_out.texts, strict=True))


@app.command()
def evaluate(
    source: Annotated[
        str, typer.Argument(help="TSV or CSV with a label and a text per row; - reads a TSV from stdin.")
    ],
    model: Annotated[str, typer.Option(help="default, a folder, or the id of a model on a hub.")] = "default",
    revision: Annotated[str | None, typer.Option(help="Pinned revision of a model on a hub.")] = None,
    label_column: Annotated[str, typer.Option(help="Column of the label.")] = "label",
    text_column: Annotated[str, typer.Option(help="Column of the text.")] = "text",
    vader: Annotated[bool, typer.Option("--vader", help="Measure VADER on the same rows, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure a model on labelled texts: n, macro recall, F1 of negative and positive, accuracy, calibration error."""
    from models import evaluate as measuring

    rows = data.read(source, label_column, text_column)
    figures = measure(model, rows, revision)
    if vader:
        figures["vader"] = measuring.report(measuring.vader(rows.texts), rows.labels)
    print(json.dumps(figures) if as_json else "\n".join(f"{key:18} {value}" for key, value in figures.items()))


def main() -> None:
    """Run a command; a wrong file or model ends with its message and exit status 1."""
    try:
        app()
    except (ModelError, ValueError, OSError) as error:
        notes.print(f"error: {error}", style="red", markup=False)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
