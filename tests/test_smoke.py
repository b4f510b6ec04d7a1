import pytest


@pytest.mark.django_db
def test_catalogue_is_in_the_database():
    from kexie.totals.models import Indicator
    assert Indicator.objects.filter(code="person_times").exists()
