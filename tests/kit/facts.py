"""What the catalogue knows of a schema, without the schema's name: equal schemas give equal facts."""

from __future__ import annotations

from typing import Any

QUERIES = {
    "columns": """
        SELECT c.relname, a.attname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
               format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text, a.attgenerated::text,
               pg_get_expr(d.adbin, d.adrelid), co.collname
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          LEFT JOIN pg_collation co ON co.oid = a.attcollation
         WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": """
        SELECT c.relname, k.conname, pg_get_constraintdef(k.oid), k.condeferrable, k.condeferred,
               k.convalidated
          FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
          JOIN pg_namespace n ON n.oid = k.connamespace WHERE n.nspname = %(schema)s AND k.contype <> 'n'""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %(schema)s",
    "triggers": """
        SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled::text
          FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = %(schema)s AND NOT t.tgisinternal""",
    "functions": """
        SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = %(schema)s AND NOT EXISTS
               (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    "sequences": """
        SELECT sequencename, data_type::text, increment_by, min_value, max_value, cycle
          FROM pg_sequences WHERE schemaname = %(schema)s""",
    "privileges": """
        SELECT c.relname, g.grantee::regrole::text, g.privilege_type
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g
         WHERE n.nspname = %(schema)s AND g.grantee <> c.relowner""",
    "migrations": "SELECT app, name FROM {schema}.django_migrations",
}


def schema_facts(cursor: Any, schema: str, *, positions: bool = True) -> dict[str, set[Any]]:
    """Sets of rows by kind of fact. ``positions`` False: the order of columns doesn't count (an upgrade adds
    them at the end)."""
    facts: dict[str, set[Any]] = {}
    for name, query in QUERIES.items():
        cursor.execute(query.replace("{schema}", f'"{schema}"'), {"schema": schema})
        rows = {tuple(_neutral(value, schema) for value in row) for row in cursor.fetchall()}
        if name == "columns" and not positions:
            rows = {(*row[:2], *row[3:]) for row in rows}
        facts[name] = rows
    return facts


def _neutral(value: Any, schema: str) -> Any:
    return value.replace(f'"{schema}".', "").replace(f"{schema}.", "") if isinstance(value, str) else value


def differences(left: dict[str, set[Any]], right: dict[str, set[Any]]) -> dict[str, Any]:
    """What only one of two schemas has, by kind of fact; empty when they are equal."""
    found = {}
    for name, rows in left.items():
        only = (sorted(map(str, rows - right[name])), sorted(map(str, right[name] - rows)))
        if only != ([], []):
            found[name] = only
    return found
