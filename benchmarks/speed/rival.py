"""VideoPose3D's own code, and torch's LSTM, on the work. Its source folder is on the path of the process."""

import importlib
from types import ModuleType

import numpy as np

from benchmarks.speed import work
from benchmarks.speed.timing import Timed


def describe() -> str:
    """Versions and threads."""
    torch = importlib.import_module("torch")
    return f"torch {torch.__version__}, {torch.get_num_threads()} threads"


def _modules(*names: str) -> list[ModuleType]:
    return [importlib.import_module(name) for name in names]


def step(row: str, size: int) -> Timed:
    """One training step: its model, loss and optimiser."""
    torch, model, loss = _modules("torch", "common.model", "common.loss")
    shape = (work.JOINTS, 2, work.JOINTS, list(work.ROWS[row]))
    network = model.TemporalModelOptimized1f(*shape, dropout=work.DROPOUT, channels=work.CHANNELS).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, amsgrad=True)
    x, y = (torch.from_numpy(array) for array in work.windows(row, size))

    def run() -> None:
        optimizer.zero_grad()
        loss.mpjpe(network(x), y).backward()
        optimizer.step()

    return run


def sequence(flip: bool) -> Timed:
    """What its evaluation does, the padding aside."""
    torch, model = _modules("torch", "common.model")
    widths, order = list(work.ROWS[work.SEQUENCE_ROW]), list(work.MIRROR)
    network = model.TemporalModel(work.JOINTS, 2, work.JOINTS, widths, channels=work.CHANNELS).eval()
    pad = network.receptive_field() // 2
    padded = np.pad(work.sequence(), ((0, 0), (pad, pad), (0, 0), (0, 0)), "edge")
    turned = padded[:, :, order] * np.array([-1, 1], np.float32)
    given = torch.from_numpy(np.concatenate([padded, turned]) if flip else padded)

    def run() -> None:
        with torch.no_grad():
            found = network(given)
            if flip:
                found[1, :, :, 0] *= -1
                found[1] = found[1, :, order]
                torch.mean(found, dim=0, keepdim=True)

    return run


def lstm() -> Timed:
    """One training step of torch's LSTM."""
    (torch,) = _modules("torch")
    x, y = (torch.from_numpy(array) for array in work.features())
    layers = torch.nn.LSTM(work.FEATURES, work.HIDDEN, num_layers=2, batch_first=True)
    head = torch.nn.Linear(work.HIDDEN, work.CLASSES)
    optimizer = torch.optim.Adam([*layers.parameters(), *head.parameters()], lr=1e-3)

    def run() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(head(layers(x)[0][:, -1]), y).backward()
        optimizer.step()

    return run


def seeds(count: int, looped: bool) -> Timed:
    """Adam on HDVR's losses in plain torch: seed after seed, or all at once; its learning rate stays, ours falls."""
    (torch,) = _modules("torch")
    points, starts = (torch.from_numpy(array) for array in work.seeds(count))
    groups = [starts[i : i + 1] for i in range(count)] if looped else [starts]

    def steps(values):
        return torch.linalg.norm(values[:, 1:] - values[:, :-1], dim=-1).mean(-1).sum(-1)

    def loss(pose, place):
        image = place[..., :1].exp() * pose[..., :2] + place[..., 1:]
        apart = ((image - points) ** 2).sum(-1)
        seen = (work.KNEE * ((1 + apart / work.KNEE**2).sqrt() - 1)).mean(-1).sum(-1)
        found = {"projection": seen, "smooth_2d": steps(image), "smooth_3d": steps(pose)}
        return sum(weight * found[name] for name, weight in work.SEED_WEIGHTS.items()).sum() / work.SEED_FRAMES

    def run() -> None:
        for group in groups:
            pose = group.clone().requires_grad_()
            place = torch.zeros(*group.shape[:2], 1, 3, requires_grad=True)
            optimizer = torch.optim.Adam([pose, place], lr=0.02)
            for _ in range(work.SEED_STEPS):
                optimizer.zero_grad()
                loss(pose, place).backward()
                optimizer.step()

    return run


def feeding(flip: bool) -> Timed:
    """Batches of its generator; mirrored windows are added, as in its training unless it is told not to."""
    (generators,) = _modules("common.generators")
    left, right = ([i for i, j in enumerate(work.MIRROR) if sign * (i - j) > 0] for sign in (1, -1))
    poses, keypoints = ([given[name] for given in work.sequences()] for name in ("poses", "keypoints"))
    batches = generators.ChunkedGenerator(
        work.BATCH, None, poses, keypoints, 1, pad=work.PAD, shuffle=True, endless=True, augment=flip, kps_left=left,
        kps_right=right, joints_left=left, joints_right=right,
    ).next_epoch()  # fmt: skip

    def run() -> None:
        for _ in range(work.BATCHES):
            next(batches)

    return run
