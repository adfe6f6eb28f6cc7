"""Every query of the library that ships runs, and answers, on the data that it is for."""
import json
import subprocess

import pytest
from conftest import ROOT

SHOP = sorted((ROOT / "queries" / "shop").glob("*.cypher"))
FILMS = sorted((ROOT / "queries" / "films").glob("*.cypher"))
SOCIAL = sorted((ROOT / "queries" / "social").glob("*.cypher"))


def sample(starling, folder, tool, nodes, relationships):
    """A database of what a sample tool writes: labels and types by file."""
    csv = folder / "csv"
    subprocess.run([str(ROOT / "tools" / tool), str(csv)], check=True)
    files = [text for name, file in nodes.items() for text in ("--nodes", f"{name}={csv}/{file}.csv")]
    files += [text for name, file in relationships.items()
              for text in ("--relationships", f"{name}={csv}/{file}.csv")]
    done = starling("import", "--into", folder / "data", *files)
    assert done.returncode == 0, done.stderr
    return folder / "data"


@pytest.fixture(scope="session")
def shop(starling, tmp_path_factory):
    return sample(
        starling, tmp_path_factory.mktemp("shop"), "make-sample-shop",
        {"User": "users", "Item": "items", "Category": "categories", "Brand": "brands"},
        {"IN_CATEGORY": "in_category", "MADE_BY": "made_by", "VIEWED": "viewed",
         "BOUGHT": "bought", "RATED": "rated"})


@pytest.fixture(scope="session")
def network(starling, tmp_path_factory):
    return sample(
        starling, tmp_path_factory.mktemp("network"), "make-sample-network",
        {"Person": "people", "Group": "groups"},
        {"FOLLOWS": "follows", "MEMBER_OF": "member_of"})


def answer(starling, data, file, user) -> dict:
    done = starling("query", "--data", data, "--file", file, "--format", "json",
                    "--param", f"user={json.dumps(user)}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("file", SHOP + FILMS + SOCIAL, ids=lambda file: f"{file.parent.stem}-{file.stem}")
def test_says_what_it_answers(file):
    first = file.read_text().splitlines()[0]
    assert first.startswith("// ") and first.endswith(("?", "."))


@pytest.mark.parametrize("file", SHOP, ids=lambda file: file.stem)
def test_shop(starling, shop, file):
    assert any(answer(starling, shop, file, user)["rows"] for user in ("u7", "u8", "u9"))


@pytest.mark.parametrize("file", SOCIAL, ids=lambda file: file.stem)
def test_social(starling, network, file):
    assert any(answer(starling, network, file, user)["rows"] for user in ("p7", "p8", "p9"))


@pytest.mark.parametrize("file", FILMS, ids=lambda file: file.stem)
def test_films(starling, movielens, file):
    assert len(answer(starling, movielens, file, 196)["rows"]) == 10
