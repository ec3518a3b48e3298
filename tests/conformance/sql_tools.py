"""What Grafana's PostgreSQL source and DBeaver ask of the catalogs: their own statements, sent through psql."""

import datetime

from harness.case import cases
from harness.sql import SqlCase

# Grafana lists tables and columns like this (its schema reader, since version 8).
GRAFANA_TABLES = """
SELECT CASE WHEN quote_ident(table_schema) IN (
    SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
    FROM generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1),
                         array_upper(string_to_array(current_setting('search_path'), ','), 1)) AS i,
         string_to_array(current_setting('search_path'), ',') s)
  THEN quote_ident(table_name) ELSE quote_ident(table_schema) || '.' || quote_ident(table_name) END AS "table"
FROM information_schema.tables
WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog', '_timescaledb_cache', '_timescaledb_catalog',
  '_timescaledb_internal', '_timescaledb_config', 'timescaledb_information', 'timescaledb_experimental')
ORDER BY CASE WHEN quote_ident(table_schema) IN ('public') THEN 0 ELSE 1 END, 1"""
GRAFANA_COLUMNS = """
SELECT quote_ident(column_name) AS "column", data_type AS "type"
FROM information_schema.columns
WHERE CASE WHEN array_length(parse_ident('{table}'), 1) = 2
    THEN quote_ident(table_schema) = (parse_ident('{table}'))[1] AND quote_ident(table_name) = (parse_ident('{table}'))[2]
  ELSE quote_ident(table_name) = '{table}' AND quote_ident(table_schema) IN (
    SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
    FROM generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1),
                         array_upper(string_to_array(current_setting('search_path'), ','), 1)) AS i,
         string_to_array(current_setting('search_path'), ',') s) END
ORDER BY ordinal_position"""

DBEAVER = {
    "databases": "SELECT db.oid, db.* FROM pg_catalog.pg_database db WHERE 1 = 1 AND datallowconn AND NOT datistemplate OR db.datname = 'dev' ORDER BY db.datname",
    "schemas": "SELECT n.oid, n.*, d.description FROM pg_catalog.pg_namespace n LEFT OUTER JOIN pg_catalog.pg_description d"
    " ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass ORDER BY nspname",
    "types": "SELECT t.oid, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) AS base_type_name, d.description"
    " FROM pg_catalog.pg_type t LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = t.typelem"
    " LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid = t.typrelid LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid = d.objoid"
    " WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c') AND (et.typcategory IS NULL OR et.typcategory <> 'C')",
    "relations": "SELECT c.oid, c.*, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS partition_expr,"
    " pg_catalog.pg_get_partkeydef(c.oid) AS partition_key FROM pg_catalog.pg_class c LEFT OUTER JOIN pg_catalog.pg_description d"
    " ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass"
    " WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'public') AND c.relkind NOT IN ('i', 'I', 'c')",
    "columns": "SELECT c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value, dsc.description, dep.objid"
    " FROM pg_catalog.pg_attribute a INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid)"
    " LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum)"
    " LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)"
    " LEFT OUTER JOIN pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i' AND dep.refobjsubid = a.attnum"
    " AND dep.classid = dep.refclassid WHERE NOT a.attisdropped AND c.relkind NOT IN ('i', 'I', 'c') ORDER BY a.attnum",
    "constraints": "SELECT c.oid, c.*, t.relname AS tabrelname, rt.relnamespace AS refnamespace, d.description, null AS consrc_copy"
    " FROM pg_catalog.pg_constraint c INNER JOIN pg_catalog.pg_class t ON t.oid = c.conrelid"
    " LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid = c.confrelid LEFT OUTER JOIN pg_catalog.pg_description d"
    " ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_constraint'::regclass",
    "session": "SELECT version(), current_schemas(true), inet_server_addr() IS NULL, pg_postmaster_start_time() IS NOT NULL,"
    " to_regclass('nobody') IS NULL",
}


class Grafana(SqlCase):
    def setUp(self):
        super().setUp()
        self.table = self.name()
        self.psql(f"create table {self.table} (id int primary key, host varchar, load double precision, at timestamptz default now())",
                  f"insert into {self.table} values (1, 'a', 1.5, '2026-01-02 03:04:05Z'), (2, 'a', 2.5, '2026-01-02 03:06:00Z'),"
                  f" (3, 'b', 4, '2026-01-02 03:11:00Z')")  # fmt: skip

    def test_its_lists_of_tables_and_columns(self):
        self.assertIn(self.table, self.psql(GRAFANA_TABLES).splitlines())
        for name in (self.table, f"public.{self.table}"):
            columns = self.psql(GRAFANA_COLUMNS.format(table=name)).splitlines()
            self.assertEqual(columns, ["id|integer", "host|character varying", "load|double precision", "at|timestamp with time zone"])

    def test_its_questions_about_the_server(self):
        self.assertGreaterEqual(int(self.psql("SELECT current_setting('server_version_num')::int/100")), 900)
        self.assertEqual(self.psql("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"), "")

    def test_what_its_macros_become(self):
        grouped = self.psql(
            f"SELECT floor(extract(epoch from at)/300)*300 AS \"time\", host AS metric, avg(load) AS load FROM {self.table}"
            " WHERE at BETWEEN '2026-01-02T03:00:00Z' AND '2026-01-02T04:00:00Z' GROUP BY 1, 2 ORDER BY 1, 2"
        )
        begin = int(datetime.datetime(2026, 1, 2, 3, 0, tzinfo=datetime.timezone.utc).timestamp())
        rows = [line.split("|") for line in grouped.splitlines()]
        self.assertEqual([(float(time), host, float(load)) for time, host, load in rows],
                         [(begin, "a", 1.5), (begin + 300, "a", 2.5), (begin + 600, "b", 4.0)])  # fmt: skip


class DBeaver(SqlCase):
    def setUp(self):
        super().setUp()
        self.psql(f"create table {self.name()} (id int primary key)")

    @cases({name: (statement,) for name, statement in DBEAVER.items()})
    def test_its_look_at(self, statement):
        self.assertNotEqual(self.psql(statement), "")

    def test_defaults_are_told(self):
        table = self.name()
        self.psql(f"create table {table} (id int primary key, word varchar default 'x', at timestamptz default now())")
        told = "SELECT a.attname, pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        self.assertEqual(self.psql(f"{told} WHERE a.attrelid = '{table}'::regclass ORDER BY a.attnum"), "word|'x'\nat|now()")
        listed = f"SELECT column_name, column_default FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
        self.assertEqual(self.psql(listed), "id|\nword|'x'\nat|now()")
