"""Every history grows from the empty log, so whoever cosigned that alone vouches for none of them."""

from pathlib import Path

from tests.log.bundles import NOON, SIZE, export, filled_log, policy, witnesses
from vetting.checkpoints import standing_of
from vetting.log.answers import examine, judged
from vetting.log.policy import Policy
from vetting.log.request import CosignatureRequest
from vetting.log.verify import verify


def test_one_cosignature_of_nothing_does_not_vouch_for_two_histories(tmp_path: Path) -> None:
    (tmp_path / "rewritten").mkdir()
    true = filled_log(tmp_path)
    rewritten = filled_log(tmp_path / "rewritten", key=true.key, town="mill")
    outside = witnesses(true, tmp_path, "clerk")
    asked = Policy.parse(policy(true, outside, "1"))
    with true.reader.snapshot() as snapshot:
        note = next(snapshot.checkpoints())[1].decode()
    line = outside["clerk"].cosign(str(CosignatureRequest(old=0, proof=(), note=note)), NOON)
    for number, log in enumerate((true, rewritten)):
        log.writer.add_cosignatures(0, [line])
        verdict = verify(log.reader, asked)
        assert (verdict.ok, verdict.witnessed) == (True, False)
        assert str(verdict).endswith(" UNWITNESSED")
        assert standing_of(log.reader, asked, NOON).witnessed_size is None
        answer = judged(examine(export(log, tmp_path / f"bundle-{number}"), asked), asked)
        assert answer.code == 6
        assert answer.lines[0].startswith(f"UNWITNESSED {SIZE} ")
        log.store.close()
