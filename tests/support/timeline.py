"""Records that factories make stand on timelines, as those that services make."""

from typing import Any, ClassVar


class OnTimeline:
    """Mixed into a factory, before its base: after a record its lines are written. `_timeline_kind`: the
    kind or group of the source."""

    _timeline_kind: ClassVar[str]

    @classmethod
    def _after_postgeneration(cls, instance: Any, create: bool, results: Any = None) -> None:
        from employers.activity import refresh_activities

        super()._after_postgeneration(instance, create, results)  # type: ignore[misc]  # of the factory beside it
        if create:
            refresh_activities(cls._timeline_kind, [instance.pk])
