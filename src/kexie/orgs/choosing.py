"""What a person chooses at the top of a page: an organisation in sight."""

from django.http import Http404, HttpRequest

from kexie.orgs.models import Organisation


def chosen_organisation(request: HttpRequest) -> Organisation | None:
    """Return the organisation that the address names, else the person's first; None when the person sees none.

    One out of sight is 404, as if it did not exist.
    """
    visible = Organisation.objects.visible_to(request.user).select_related("parent")
    code = request.GET.get("organisation", "")
    if not code:
        return visible.order_by("path").first()
    organisation = visible.filter(code=code).first()
    if organisation is None:
        raise Http404
    return organisation


def organisations_in_sight(request: HttpRequest) -> list[Organisation]:
    """Return all that the person sees, parents before children, each level in the official order."""
    found = list(Organisation.objects.visible_to(request.user))
    order = {each.pk: (each.order, each.code) for each in found}
    return sorted(found, key=lambda each: [order.get(pk, (0, "")) for pk in each.ancestor_ids])
