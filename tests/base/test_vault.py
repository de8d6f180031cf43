"""The secret key: what it encrypts can be read by its owner's row alone."""

import base64

import pytest

from pomelo.base.vault import SecretKeyInvalid, SecretNotText, SecretUnreadable, Vault, new_key


def test_a_secret_is_read_back_by_its_owner_alone() -> None:
    vault = Vault(new_key())
    blob = vault.encrypt("usm_a", "hunter2")

    assert vault.decrypt("usm_a", blob) == "hunter2"
    assert b"hunter2" not in blob
    with pytest.raises(SecretUnreadable):
        vault.decrypt("usm_b", blob)


def test_another_key_reads_nothing_and_has_another_fingerprint() -> None:
    one, other = Vault(new_key()), Vault(new_key())

    assert one.fingerprint() != other.fingerprint()
    with pytest.raises(SecretUnreadable):
        other.decrypt("a", one.encrypt("a", "x"))


def test_a_key_may_be_written_as_other_programs_write_base64() -> None:
    raw = bytes(range(224, 256))  # holds both letters in which the alphabets differ

    usual, ours = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()

    assert {"+", "/"} <= set(usual)
    assert Vault(usual).fingerprint() == Vault(ours).fingerprint()


@pytest.mark.parametrize("key", ["", "short", "ä" * 43, "A" * 100])
def test_a_key_that_is_none_is_refused_with_what_to_do(key: str) -> None:
    with pytest.raises(SecretKeyInvalid, match="32 bytes in base64url"):
        Vault(key)


def test_a_secret_that_is_no_text_is_refused() -> None:
    with pytest.raises(SecretNotText, match="must be text in UTF-8"):
        Vault(new_key()).encrypt("a", "\udcff")
