"""SQLAlchemy on psycopg2: tables made from metadata, rows through the ORM, reflection back (not of indexes, which
wants int2vector)."""

import datetime
import decimal

import sqlalchemy as sa
from sqlalchemy import orm

from harness.sql import SqlCase


class Session(SqlCase):
    def setUp(self):
        super().setUp()
        host, port = self.server.sql
        self.engine = sa.create_engine(f"postgresql+psycopg2://tester@{host}:{port}/dev")
        self.addCleanup(self.engine.dispose)

    def test_rows_through_the_orm(self):
        base = orm.declarative_base()
        name = self.name()

        class Order(base):
            __tablename__ = name
            id = sa.Column(sa.Integer, primary_key=True, autoincrement=False)
            customer = sa.Column(sa.String)
            amount = sa.Column(sa.Numeric)
            at = sa.Column(sa.DateTime(timezone=True))

        base.metadata.create_all(self.engine)
        at = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
        with orm.Session(self.engine) as session:
            session.add_all([Order(id=n, customer=f"c{n % 3}", amount=decimal.Decimal("1.50"), at=at) for n in range(30)])
            session.commit()
            total = sa.func.sum(Order.amount)
            found = session.query(Order.customer, sa.func.count(), total).group_by(Order.customer).order_by(Order.customer).all()
            self.assertEqual([tuple(row) for row in found], [(f"c{n}", 10, decimal.Decimal("15.00")) for n in range(3)])
            one = session.get(Order, 7)
            one.customer = "changed"
            session.commit()
            self.assertEqual(session.query(Order).filter_by(customer="changed").one().id, 7)
            session.delete(one)
            session.commit()
            self.assertIsNone(session.get(Order, 7))

    def test_reflection_finds_columns_keys_and_views(self):
        table, view = self.name(), self.name("v")
        with self.engine.begin() as connection:
            for statement in (
                f"create table {table} (a int, b varchar not null, n numeric default 1.5, t timestamptz, l int[], primary key (a, b))",
                f"create index {table}_t on {table} (t)",
                f"create view {view} as select a, b from {table}",
            ):
                connection.execute(sa.text(statement))
        inspector = sa.inspect(self.engine)
        self.assertIn(table, inspector.get_table_names())
        self.assertIn(view, inspector.get_view_names())
        columns = {c["name"]: c for c in inspector.get_columns(table)}
        self.assertEqual(list(columns), ["a", "b", "n", "t", "l"])
        self.assertIsInstance(columns["a"]["type"], sa.Integer)
        self.assertIsInstance(columns["b"]["type"], sa.String)
        self.assertIsInstance(columns["n"]["type"], sa.Numeric)
        self.assertIsInstance(columns["t"]["type"], sa.TIMESTAMP)
        self.assertIsInstance(columns["l"]["type"], sa.ARRAY)
        self.assertFalse(columns["b"]["nullable"])
        self.assertEqual(inspector.get_pk_constraint(table)["constrained_columns"], ["a", "b"])
        self.assertEqual(inspector.get_foreign_keys(table), [])
        self.assertTrue(inspector.has_table(table))

    def test_errors_are_wrapped_and_the_pool_goes_on(self):
        with self.assertRaises(sa.exc.ProgrammingError) as caught, self.engine.begin() as connection:
            connection.execute(sa.text("select * from nowhere"))
        self.assertEqual(caught.exception.orig.pgcode, "42P01")
        with self.engine.connect() as connection:
            self.assertEqual(connection.execute(sa.text("select :n + 1"), {"n": 4}).scalar(), 5)
