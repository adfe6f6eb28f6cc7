"""Every query of the library that ships runs, and answers, on the data that it is for."""
import json
import subprocess

import pytest
from conftest import ROOT

SHOP = sorted((ROOT / "queries" / "shop").glob("*.cypher"))
FILMS = sorted((ROOT / "queries" / "films").glob("*.cypher"))


@pytest.fixture(scope="session")
def shop(starling, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    subprocess.run([str(ROOT / "tools" / "make-sample-shop"), str(folder / "csv")], check=True)
    csv = folder / "csv"
    nodes = {"User": "users", "Item": "items", "Category": "categories", "Brand": "brands"}
    relationships = {"IN_CATEGORY": "in_category", "MADE_BY": "made_by", "VIEWED": "viewed",
                     "BOUGHT": "bought", "RATED": "rated"}
    files = [text for name, file in nodes.items() for text in ("--nodes", f"{name}={csv}/{file}.csv")]
    files += [text for name, file in relationships.items()
              for text in ("--relationships", f"{name}={csv}/{file}.csv")]
    done = starling("import", "--into", folder / "data", *files)
    assert done.returncode == 0, done.stderr
    return folder / "data"


def answer(starling, data, file, user) -> dict:
    done = starling("query", "--data", data, "--file", file, "--format", "json",
                    "--param", f"user={json.dumps(user)}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("file", SHOP, ids=lambda file: file.stem)
def test_shop(starling, shop, file):
    assert file.read_text().startswith("// ") and "?" in file.read_text().splitlines()[0]
    assert any(answer(starling, shop, file, user)["rows"] for user in ("u7", "u8", "u9"))


@pytest.mark.parametrize("file", FILMS, ids=lambda file: file.stem)
def test_films(starling, movielens, file):
    assert len(answer(starling, movielens, file, 196)["rows"]) == 10
