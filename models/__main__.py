"""The command line of the models: python -m models --help tells its commands."""

import csv
import json
import random
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from models import data, written
from models.bases import ModelError
from models.catalog import CLEANINGS, LABELS, SHIPPED, Said, version
from models.recipe import SHIPPED_STEPS, Recipe
from models.sentiment import Backend

if TYPE_CHECKING:  # torch takes seconds
    from models.lessons import Lesson
    from models.train import Teacher, Weights

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
notes = Console(stderr=True)
WORK = Path("build")
SEEDS = WORK / "seeds"

Tone = Annotated[Path, typer.Argument(help="TSV with columns label and text.")]
Targets = Annotated[Path, typer.Option(help="TSV with columns toward, target and text.")]
Own = Annotated[
    Path,
    typer.Option(
        "--written", help="Folder with TSVs of messages to learn from, toward their targets; a tenth is held out."
    ),
]
Draws = Annotated[
    int,
    typer.Option(
        min=0, help="Hold out and measure so many more draws of 2,000 rows: how much does the first one matter?"
    ),
]
ModelName = Annotated[str, typer.Option(help="default, a folder, or the id of a model on a hub.")]
Revision = Annotated[str | None, typer.Option(help="Pinned revision of a model on a hub.")]
HowToRun = Annotated[Backend, typer.Option(help="What runs it: ONNX Runtime in int8 (auto) or fp32, or PyTorch.")]
OwnLabels = Annotated[
    list[str] | None, typer.Option("--own-label", help="What a label of the model means: LABEL_0=negative; repeated.")
]
Cleaning = Annotated[str | None, typer.Option(help=f"How its texts were cleaned: {' or '.join(CLEANINGS)}.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def bar() -> Progress:
    """Return a progress bar on standard error, so that standard output stays machine-readable."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=notes)


def said_of(own_labels: list[str] | None, cleaning: str | None) -> Said:
    """Return what the options say of a model. Raises ValueError naming what is allowed."""
    labels = dict(own.rpartition("=")[::2] for own in own_labels or ())
    for name, label in labels.items():
        if not name or label not in LABELS:
            allowed = f"a label of the model, = and one of {', '.join(LABELS)}"
            raise ValueError(f"--own-label {name}={label}: it is {allowed}")
    if cleaning and cleaning not in CLEANINGS:
        raise ValueError(f"--cleaning {cleaning}: unknown; allowed: {', '.join(CLEANINGS)}")
    return Said(labels, cleaning=cleaning)


def read_split(tone: Path, targets: Path) -> data.Split:
    """Return the fixed split of the two training files."""
    return data.split(data.read(str(tone)), data.read(str(targets), "toward", target="target"))


@app.command()
def train(
    tone: Tone,
    targets: Targets,
    out: Annotated[Path, typer.Option(help="Folder for the adapter.")] = SHIPPED,
    seeds: Annotated[str, typer.Option(help="Such as 7,8,9: the mean of their networks is kept.")] = "",
    rows: Annotated[int, typer.Option(min=0, help="Train on N of the texts only; 0 takes all.")] = 0,
    draws: Draws = 0,
    own: Own = written.FOLDER,
    care: Annotated[
        Path | None,
        typer.Option(help="Messages to learn the tone from, too: TSV or CSV with a label and a text per row."),
    ] = None,
    care_label: Annotated[str, typer.Option(help="The column of their labels.")] = "label",
    teacher: Annotated[str, typer.Option(help="An adapter whose opinion of the texts is learned from, too.")] = "",
    start: Annotated[
        Path | None, typer.Option(help="Go on from an earlier run: an adapter, or a folder with one of each seed.")
    ] = None,
    change: Annotated[list[str] | None, typer.Option("--set", help="Change the recipe: epochs=2, rank=64, ...")] = None,
) -> None:
    """Train the LoRA adapter, seed by seed, on all rows but those held out; keep the mean, with its scores."""
    from models import lessons as learning
    from models import train as training

    chosen = Recipe().but(change or [])
    if seeds:
        chosen = replace(chosen, seeds=tuple(int(seed) for seed in seeds.split(",")))
    ours, kept_back = written.split(written.read(own))
    split = replace(data.further(read_split(tone, targets), draws), written=written.to_rows(kept_back))
    lessons = learning.some(learning.lessons(split), rows)
    said = learning.written_lessons(ours)
    messages = learning.care_lessons(data.read(str(care), care_label), split) if care else []
    befores = {seed: training.adapter_of(start, seed) for seed in chosen.seeds} if start else {}
    bf16 = training.in_bf16(chosen)
    if chosen.bf16 and not bf16:
        notes.print("this processor has no bf16: learning in fp32; the result differs in the last digits", markup=False)
    started = time.perf_counter()
    with bar() as progress:
        opinions = ask(teacher, lessons, chosen, progress) if teacher else {}
        lessons += messages + said * chosen.written
        adapters = {str(seed): learn(lessons, chosen, seed, opinions, befores, progress) for seed in chosen.seeds}
    facts = {
        "lessons": len(lessons),
        "care": len(messages),
        "written": len(said) if chosen.written else 0,
        "minutes": round((time.perf_counter() - started) / 60, 1),
        "teacher": teacher and version(teacher),
        "start": {name: scores for before in befores.values() for name, scores in training.read_scores(before).items()},
        "recipe": asdict(chosen),
        "learned_in": "bf16" if bf16 else "fp32",
    }
    print(json.dumps(training.choose(adapters, chosen, split, lessons, out, facts)))


@app.command()
def rebuild(
    tone: Tone,
    targets: Targets,
    out: Annotated[Path, typer.Option(help="Folder for the adapter.")] = SHIPPED,
    work: Annotated[Path, typer.Option(help="Folder for the adapters that lead to it.")] = WORK,
    rows: Annotated[int, typer.Option(min=0, help="Train on N of the texts only; 0 takes all.")] = 0,
    draws: Draws = 0,
    own: Own = written.FOLDER,
) -> None:
    """Train the shipped adapter anew, step by step; prints the scores of each."""
    *earlier, last = SHIPPED_STEPS
    folders = {step.name: work / step.name for step in earlier} | {last.name: out}
    for step in SHIPPED_STEPS:
        notes.print(f"{step.name}: {' '.join(step.changes)}", markup=False)
        train(
            tone,
            targets,
            folders[step.name],
            seeds=",".join(map(str, step.seeds)),
            rows=rows,
            draws=draws,
            own=own,
            teacher=str(folders[step.teacher]) if step.teacher else "",
            start=folders[step.start] if step.start else None,
            change=list(step.changes),
        )


def ask(teacher: str, lessons: "list[Lesson]", recipe: Recipe, progress: Progress) -> "Teacher":
    """Return what the teacher thinks of the lessons, with a bar."""
    from models import train as training
    from models.sentiment import load

    task = progress.add_task("asking the teacher", total=sum(1 + len(lesson.toward) for lesson in lessons))
    return training.opinions(
        load(teacher), lessons, training.in_bf16(recipe), lambda done: progress.advance(task, done)
    )


def learn(
    lessons: "list[Lesson]",
    recipe: Recipe,
    seed: int,
    opinions: "Teacher",
    befores: dict[int, Path],
    progress: Progress,
) -> "Weights":
    """Train one seed with a bar, and keep it: a long run that is cut off leaves those that are done."""
    from models import train as training

    task = progress.add_task(f"seed {seed}", total=len(lessons) * recipe.epochs)

    def heard(done: int, loss: float) -> None:
        progress.update(task, advance=done, description=f"seed {seed}, loss {loss:.3f}")

    first = training.read_weights(befores[seed]) if befores else None
    found = training.train(lessons, recipe, seed, opinions, heard, first)
    training.save(found, SEEDS / str(seed), recipe)
    return found


@app.command()
def embedder(tone: Tone, targets: Targets) -> None:
    """Let the model of texts read some of those that `train` learns from, and write the ranges that its int8 needs."""
    from models import embed
    from models.train import RANGE_TEXTS

    texts = read_split(tone, targets).tone.texts
    embed.learn_ranges(random.Random(0).sample(texts, min(RANGE_TEXTS, len(texts))))
    print(embed.RANGES)


@app.command()
def held_out(
    tone: Tone,
    targets: Targets,
    unseen: Annotated[bool, typer.Option("--unseen", help="Those of the unseen targets, with their target.")] = False,
    own: Annotated[bool, typer.Option("--written", help="Those of the messages of our own.")] = False,
) -> None:
    """Print the rows that `train` holds out, as a TSV that `evaluate -` reads."""
    split = read_split(tone, targets)
    rows = split.unseen if unseen else split.validation
    if own:
        rows = written.to_rows(written.split(written.read())[1])
    writer = csv.writer(sys.stdout, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n")
    writer.writerow(("label", "text", "target"))
    writer.writerows(zip((LABELS[label] for label in rows.labels), rows.texts, rows.targets, strict=True))


@app.command()
def evaluate(
    source: Annotated[
        str, typer.Argument(help="TSV or CSV with a label and a text per row; - reads a TSV from stdin.")
    ],
    model: ModelName = "default",
    revision: Revision = None,
    backend: HowToRun = "auto",
    own_label: OwnLabels = None,
    cleaning: Cleaning = None,
    label_column: Annotated[str, typer.Option(help="Column of the label.")] = "label",
    text_column: Annotated[str, typer.Option(help="Column of the text.")] = "text",
    target_column: Annotated[
        str, typer.Option(help="Column of the brand that the label is toward; the tone is measured beside it.")
    ] = "",
    vader: Annotated[bool, typer.Option("--vader", help="Measure VADER on the same rows, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model on labelled texts: n, macro recall, F1 of negative and positive, accuracy, calibration error."""
    from models import evaluate as measuring
    from models.sentiment import load

    rows = data.read(source, label_column, text_column, target_column)
    loaded = load(model, revision, backend, said_of(own_label, cleaning))
    with bar() as progress:
        task = progress.add_task("scoring", total=len(rows) * (2 if target_column else 1))
        figures = measuring.measure(loaded, rows, lambda done: progress.advance(task, done))
    figures = {"model": loaded.version, **figures}
    if vader:
        figures["vader"] = measuring.report(measuring.vader(rows.texts), rows.labels)
    print(json.dumps(figures) if as_json else "\n".join(f"{key:18} {value}" for key, value in figures.items()))


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="A message.")],
    target: Annotated[list[str] | None, typer.Option(help="A name or handle of the brand; may be repeated.")] = None,
    model: ModelName = "default",
    revision: Revision = None,
    backend: HowToRun = "auto",
    own_label: OwnLabels = None,
    cleaning: Cleaning = None,
    as_json: AsJson = False,
) -> None:
    """Show how much each word of a message moves its score: the score (-1 to 1) with it, less the score without it."""
    from models.explain import explain as explained
    from models.sentiment import load

    if not text.strip():
        raise ValueError("the text is empty")
    loaded = load(model, revision, backend, said_of(own_label, cleaning))
    found = explained(loaded, text, target or ())
    if language := loaded.unread([text])[0]:
        notes.print(f"certainly in a language that it does not read ({language}): in a workspace it has no score")
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False))
        return
    print(f"{found.score:+.3f}  all of it")
    print("\n".join(f"{word.moved:+.3f}  {word.word}" for word in found.words))


@app.command()
def benchmark(
    source: Annotated[str, typer.Argument(help="TSV with columns label and text: real messages.")],
    rows: Annotated[int, typer.Option(min=1, help="How many of them.")] = 3000,
    as_json: AsJson = False,
) -> None:
    """Measure the ways to run the shipped model against each other in one run, each in a process of its own."""
    from models.benchmark import compare

    figures = compare(data.read(source), rows, lambda line: notes.print(line, markup=False))
    print(json.dumps(figures) if as_json else "\n".join(f"{key:24} {value}" for key, value in figures.items()))


def main() -> None:
    """Run a command; a wrong file or model ends with its message and exit status 1."""
    try:
        app()
    except (ModelError, ValueError, OSError) as error:
        notes.print(f"error: {error}", style="red", markup=False)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
