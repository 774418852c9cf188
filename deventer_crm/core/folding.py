"""Templates, faster: what is the same on every page is rendered once per language, not once per request.

Half of the parts of a page never change: a translated word, an icon, the address of a fixed page, a comment.
Django makes each of them anew for each request. This loader takes a template as Django parsed it and puts
neighbours that cannot change together into one part that remembers its text. What depends on a reader, a
record or a request is asked each time; only the usual way of asking is shorter. So a page is the same to the
letter (a test compares them)."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.core.signals import setting_changed
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    Template,
    TextNode,
    TokenType,
    Variable,
    VariableDoesNotExist,
    VariableNode,
    render_value_in_context,
)
from django.template.context import Context
from django.template.defaulttags import CommentNode, LoadNode, URLNode
from django.template.exceptions import TemplateSyntaxError
from django.template.library import SimpleNode
from django.template.loader_tags import IncludeNode
from django.template.loaders import cached
from django.template.smartif import TokenBase
from django.templatetags.i18n import BlockTranslateNode, LanguageNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import get_script_prefix
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

#: Functions of simple tags whose answer follows from their arguments alone.
PURE_TAGS: set[Any] = set()

_lock = threading.RLock()
_remembered: "list[dict[Any, str]]" = []


class Fixed(Node):
    """Neighbouring parts that render the same for everybody who reads in one language."""

    child_nodelists = ()

    def __init__(self, parts: Iterable[Node]) -> None:
        self.parts = list(parts)
        self.token = self.parts[0].token
        self.origin = self.parts[0].origin
        self.texts: dict[Any, str] = {}
        _remembered.append(self.texts)

    def __repr__(self) -> str:
        return f"<Fixed: {self.parts!r}>"

    def render(self, context: Context) -> str:
        told: dict[Any, Any] = context.render_context.dicts[0]
        key = told.get(Fixed)
        if key is None:
            # Once for a rendering. Links carry the prefix under which the application is served.
            key = told[Fixed] = (get_language(), get_script_prefix())
        if not context.autoescape:  # plain-text mails
            key = (*key, "as it is")
        text = self.texts.get(key)
        if text is None:
            text = self.texts[key] = "".join([str(part.render_annotated(context)) for part in self.parts])
        return text

    render_annotated = render


def forget(**_kwargs: Any) -> None:
    """A setting was changed (only tests do that while running): addresses and static files may be others."""
    for texts in _remembered:
        texts.clear()


setting_changed.connect(forget, dispatch_uid="core.folding")


def pure(function: Any) -> Any:
    """Marks the function of a simple tag: with fixed arguments it always gives the same text."""
    PURE_TAGS.add(function)
    return function


def _is_constant(expression: Any) -> bool:
    """Whether an expression of a template is a literal without filters."""
    if expression is None:
        return True
    if not isinstance(expression, FilterExpression) or expression.filters:
        return False
    return not isinstance(expression.var, Variable) or expression.var.lookups is None


def _all_constant(arguments: Iterable[Any]) -> bool:
    return all(_is_constant(argument) for argument in arguments)


#: Kinds of parts → whether one of them renders the same text each time in one language.
RULES: dict[type[Node], Callable[[Any], bool]] = {
    **dict.fromkeys((TextNode, CommentNode, LoadNode, Fixed), lambda _node: True),
    VariableNode: lambda node: _is_constant(node.filter_expression),
    TranslateNode: lambda node: (
        not node.asvar and _all_constant((node.filter_expression, node.message_context))
    ),
    BlockTranslateNode: lambda node: (
        not (node.asvar or node.extra_context or node.countervar or node.plural)
        and _is_constant(node.message_context)
        and all(token.token_type is TokenType.TEXT for token in node.singular)
    ),
    URLNode: lambda node: (
        not node.asvar and _all_constant((node.view_name, *node.args, *node.kwargs.values()))
    ),
    StaticNode: lambda node: not node.varname and _is_constant(node.path),
    SimpleNode: lambda node: (
        node.func in PURE_TAGS and not node.target_var and _all_constant((*node.args, *node.kwargs.values()))
    ),
}


def is_fixed(node: Node) -> bool:
    """Whether a part renders the same text each time in one language."""
    rule = RULES.get(type(node))
    return rule is not None and rule(node)


def _nodelists(node: Node) -> Iterable[NodeList]:
    """The lists of parts below a part."""
    for name in node.child_nodelists:
        found = getattr(node, name, None)
        if isinstance(found, NodeList):
            yield found
    for _condition, found in getattr(node, "conditions_nodelists", ()):
        yield found


def fold(nodes: NodeList, template: Template) -> None:
    """Changes the list in place, because blocks and partials of Django hold on to it."""
    folded: list[Node] = []
    run: list[Node] = []

    def close() -> None:
        if len(run) == 1 and type(run[0]) is TextNode:
            folded.append(run[0])
        elif run:
            folded.append(Fixed(run))
        run.clear()

    for node in nodes:
        if type(node) is LanguageNode:
            raise TemplateSyntaxError("a rendering is in one language: {% language %} cannot be folded")
        if is_fixed(node) or _is_fixed_include(node, template):
            run.append(node)
            continue
        close()
        for inside in _nodelists(node):
            fold(inside, template)
        folded.append(node)
    close()
    for node in folded:
        _quicken(node)
    nodes[:] = folded


# ── what is looked up ────────────────────────────────────────────────────────────────────────────


class QuickVariable(Variable):
    """A variable as it mostly is: a name of the context, then attributes. Whatever is rarer, or goes wrong,
    is Django's own affair from the beginning."""

    __slots__ = ()  # an instance of Variable becomes one of these

    def _resolve_lookup(self, context: Context) -> Any:
        names: tuple[str, ...] = self.lookups  # type: ignore[assignment]  # only variables that have some
        for layer in reversed(context.dicts):
            if names[0] in layer:
                current = layer[names[0]]
                break
        else:
            raise VariableDoesNotExist("Failed lookup for key [%s]", (names[0],))
        if callable(current):
            return super()._resolve_lookup(context)  # type: ignore[misc]  # no stub
        try:
            for name in names[1:]:
                kind = type(current)
                if kind is dict:
                    current = current[name]
                elif hasattr(kind, "__getitem__"):
                    return super()._resolve_lookup(context)  # type: ignore[misc]
                else:
                    current = getattr(current, name)
                if callable(current):
                    if getattr(current, "do_not_call_in_templates", False) or getattr(
                        current, "alters_data", False
                    ):
                        return super()._resolve_lookup(context)  # type: ignore[misc]
                    current = current()
        except Exception:  # what it means for a template is decided there
            return super()._resolve_lookup(context)  # type: ignore[misc]
        return current


class QuickVariableNode(VariableNode):
    """Shows a text, which needs neither a time zone nor the form of a number."""

    def render(self, context: Context) -> str:
        found = self.filter_expression.resolve(context)
        kind = type(found)
        if kind is SafeString or (kind is str and not context.autoescape):
            return found  # type: ignore[no-any-return]
        return escape(found) if kind is str else render_value_in_context(found, context)


def _quicken(thing: Any) -> None:
    """The variables of a part, wherever it keeps them, become quick ones."""
    if isinstance(thing, Variable):
        if type(thing) is Variable and thing.lookups and not thing.translate:
            thing.__class__ = QuickVariable
        return
    if type(thing) is VariableNode:
        thing.__class__ = QuickVariableNode
    for inside in _inside(thing):
        _quicken(inside)


def _inside(thing: Any) -> Iterable[Any]:
    """What a part keeps its variables in; other parts are seen to by themselves."""
    if isinstance(thing, FilterExpression):
        return [thing.var, *(argument for _function, given in thing.filters for _is_name, argument in given)]
    if isinstance(thing, list | tuple) and not isinstance(thing, NodeList):
        return thing
    if isinstance(thing, dict):
        return thing.values()
    if isinstance(thing, Node | TokenBase) and not isinstance(thing, Fixed | TextNode):
        kept = (
            (name, item) for name, item in vars(thing).items() if name not in {"parent", "origin", "token"}
        )
        return [item for _name, item in kept if not isinstance(item, Node)]
    return ()


def _is_fixed_include(node: Node, template: Template) -> bool:
    """`{% include "…" only %}` without arguments, of a template in which everything is fixed."""
    if type(node) is not IncludeNode or not node.isolated_context or node.extra_context:
        return False
    if not _is_constant(node.template) or node.template.var == template.name:
        return False
    included = template.engine.get_template(node.template.var)
    return all(is_fixed(part) for part in included.nodelist)


class Loader(cached.Loader):
    """Django's loader that remembers templates; these are folded before they are remembered."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        known = self.get_template_cache.get(self.cache_key(template_name, skip))
        if isinstance(known, Template):
            return known
        with _lock:  # a template is folded before a second thread can see it
            template = super().get_template(template_name, skip)
            if not getattr(template, "is_folded", False):
                template.is_folded = True  # type: ignore[attr-defined]
                fold(template.nodelist, template)
                for partial in getattr(template, "extra_data", {}).get("partials", {}).values():
                    fold(partial.nodelist, template)
            return template
