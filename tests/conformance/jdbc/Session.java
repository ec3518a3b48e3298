import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.*;
import java.time.*;
import java.util.*;

/** A session of PgJDBC. Prints "ok NAME" or "failed NAME: why" for each part. Arguments: the JDBC URL. */
public class Session {
  interface Part { void run(Connection c) throws Exception; }

  static void same(Object found, Object wanted) {
    if (!Objects.deepEquals(found, wanted)) throw new AssertionError("found " + show(found) + ", wanted " + show(wanted));
  }
  static String show(Object o) { return o instanceof Object[] a ? Arrays.deepToString(a) : o instanceof byte[] b ? Arrays.toString(b) : String.valueOf(o); }

  static final Object[][] VALUES = {
    {"boolean", true}, {"smallint", -5}, {"integer", Integer.MAX_VALUE}, {"bigint", Long.MIN_VALUE}, {"real", 1.5f},
    {"double precision", 0.1}, {"numeric", new BigDecimal("-123.4500")}, {"varchar", "it's \u00e4 \\"},
    {"bytea", new byte[] {0, (byte) 255}}, {"date", LocalDate.of(1969, 12, 31)}, {"time", LocalTime.of(1, 2, 3, 4000)},
    {"timestamp", LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6000)},
    {"timestamptz", OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 6000, ZoneOffset.UTC)},
  };

  // From the fifth run on the driver names its statement and asks for binary results.
  static void values(Connection c) throws Exception {
    try (Statement s = c.createStatement()) {
      for (Object[] row : VALUES) {
        String table = "jdbc_" + row[0].toString().replace(' ', '_');
        s.execute("create table " + table + " (id int primary key, v " + row[0] + ")");
        try (PreparedStatement insert = c.prepareStatement("insert into " + table + " values (?, ?)");
             PreparedStatement select = c.prepareStatement("select v from " + table + " where id = ?")) {
          for (int n = 0; n < 8; n++) {
            insert.setInt(1, n);
            insert.setObject(2, row[1]);
            same(insert.executeUpdate(), 1);
            select.setInt(1, n);
            try (ResultSet r = select.executeQuery()) {
              same(r.next(), true);
              same(row[1] instanceof byte[] ? r.getBytes(1) : r.getObject(1, row[1].getClass()), row[1]);
            }
          }
          insert.setInt(1, 100);
          insert.setNull(2, Types.NULL);
          insert.executeUpdate();
          select.setInt(1, 100);
          try (ResultSet r = select.executeQuery()) { r.next(); same(r.getObject(1), null); }
        }
        s.execute("drop table " + table);
      }
    }
  }

  static void batch(Connection c) throws Exception {
    try (Statement s = c.createStatement()) {
      s.execute("create table jdbc_batch (id int primary key, v varchar)");
      c.setAutoCommit(false);
      try (PreparedStatement insert = c.prepareStatement("insert into jdbc_batch values (?, ?)")) {
        for (int n = 0; n < 500; n++) { insert.setInt(1, n); insert.setString(2, "v" + n); insert.addBatch(); }
        same(insert.executeBatch().length, 500);
      }
      c.commit();
      try (PreparedStatement select = c.prepareStatement("select id from jdbc_batch order by id")) {
        select.setFetchSize(100);
        int n = 0;
        try (ResultSet r = select.executeQuery()) { while (r.next()) same(r.getInt(1), n++); }
        same(n, 500);
      }
      c.commit();
      c.setAutoCommit(true);
      s.execute("drop table jdbc_batch");
    }
  }

  static void errors(Connection c) throws Exception {
    try (Statement s = c.createStatement()) {
      try { s.executeQuery("select * from nowhere"); throw new AssertionError("no error"); }
      catch (SQLException e) { same(e.getSQLState(), "42P01"); }
      c.setAutoCommit(false);
      try { s.executeQuery("select 1/0"); throw new AssertionError("no error"); }
      catch (SQLException e) { same(e.getSQLState(), "22012"); }
      try { s.executeQuery("select 1"); throw new AssertionError("no error"); }
      catch (SQLException e) { same(e.getSQLState(), "25P02"); }
      c.rollback();
      c.setAutoCommit(true);
      try (ResultSet r = s.executeQuery("select 1")) { r.next(); same(r.getInt(1), 1); }
    }
  }

  static List<String> column(ResultSet r, String name) throws SQLException {
    List<String> all = new ArrayList<>();
    try (r) { while (r.next()) all.add(r.getString(name)); }
    return all;
  }

  static void metadata(Connection c) throws Exception {
    try (Statement s = c.createStatement()) {
      s.execute("create table jdbc_meta (a int, b varchar not null, n numeric, t timestamptz, primary key (a, b))");
      s.execute("create view jdbc_view as select a from jdbc_meta");
      DatabaseMetaData m = c.getMetaData();
      same(column(m.getTables(null, "public", "jdbc_%", new String[] {"TABLE"}), "TABLE_NAME"), List.of("jdbc_meta"));
      same(column(m.getTables(null, "public", "jdbc_%", new String[] {"VIEW"}), "TABLE_NAME"), List.of("jdbc_view"));
      same(column(m.getColumns(null, "public", "jdbc_meta", "%"), "COLUMN_NAME"), List.of("a", "b", "n", "t"));
      same(column(m.getColumns(null, "public", "jdbc_meta", "%"), "TYPE_NAME"), List.of("int4", "varchar", "numeric", "timestamptz"));
      same(column(m.getSchemas(), "TABLE_SCHEM").contains("public"), true);
      ResultSet keys = m.getPrimaryKeys(null, "public", "jdbc_meta");
      List<String> found = new ArrayList<>();
      while (keys.next()) found.add(keys.getShort("KEY_SEQ") + keys.getString("COLUMN_NAME") + keys.getString("PK_NAME"));
      same(found, List.of("1ajdbc_meta_pkey", "2bjdbc_meta_pkey"));
      same(column(m.getIndexInfo(null, "public", "jdbc_meta", false, false), "COLUMN_NAME"), List.of("a", "b"));
      same(column(m.getBestRowIdentifier(null, "public", "jdbc_meta", DatabaseMetaData.bestRowSession, true), "COLUMN_NAME"), List.of("a", "b"));
      same(column(m.getImportedKeys(null, "public", "jdbc_meta"), "FK_NAME"), List.of());
      same(column(m.getExportedKeys(null, "public", "jdbc_meta"), "FK_NAME"), List.of());
      same(column(m.getCrossReference(null, "public", "jdbc_meta", null, "public", "jdbc_meta"), "FK_NAME"), List.of());
      same(column(m.getVersionColumns(null, "public", "jdbc_meta"), "COLUMN_NAME").contains("ctid"), true);
      same(column(m.getTypeInfo(), "TYPE_NAME").contains("timestamptz"), true);
      same(column(m.getCatalogs(), "TABLE_CAT"), List.of("dev"));
      same(column(m.getTableTypes(), "TABLE_TYPE").contains("MATERIALIZED VIEW"), true);
      m.getTablePrivileges(null, "public", "jdbc_meta").close();
      m.getColumnPrivileges(null, "public", "jdbc_meta", "%").close();
      same(column(m.getProcedureColumns(null, null, "%", "%"), "COLUMN_NAME"), List.of());
      same(column(m.getFunctionColumns(null, null, "%", "%"), "COLUMN_NAME"), List.of());
      same(column(m.getProcedures(null, null, "%"), "PROCEDURE_NAME"), List.of());
      m.getFunctions(null, null, "%").close();
      same(m.getSQLKeywords().isEmpty(), false);
      same(column(m.getUDTs(null, null, "%", null), "TYPE_NAME"), List.of());
      same(column(m.getSchemas(null, "pub%"), "TABLE_SCHEM"), List.of("public"));
      m.getClientInfoProperties().close();
      same(m.getMaxColumnNameLength() > 0, true);
      same(m.getDatabaseProductName(), "PostgreSQL");
      same(c.createArrayOf("int4", new Object[] {1, 2}).getBaseTypeName(), "int4");
      s.execute("drop table jdbc_meta cascade");
    }
  }

  static void copy(Connection c) throws Exception {
    try (Statement s = c.createStatement()) {
      s.execute("create table jdbc_copy (id int primary key, v varchar)");
      var api = c.unwrap(org.postgresql.PGConnection.class).getCopyAPI();
      same(api.copyIn("copy jdbc_copy from stdin csv", new java.io.StringReader("1,a\n2,\"b,c\"\n")), 2L);
      var out = new java.io.StringWriter();
      api.copyOut("copy (select * from jdbc_copy order by id) to stdout csv", out);
      same(out.toString(), "1,a\n2,\"b,c\"\n");
      s.execute("drop table jdbc_copy");
    }
  }

  static void cancel(Connection c) throws Exception {
    try (Statement s = c.createStatement()) {
      s.execute("create table jdbc_cancel (id int primary key)");
      s.execute("insert into jdbc_cancel select generate_series(1, 40000)");
      s.setQueryTimeout(1);
      try { s.executeQuery("select count(*) from jdbc_cancel a, jdbc_cancel b where a.id + b.id < 0"); throw new AssertionError("no error"); }
      catch (SQLException e) { same(e.getSQLState(), "57014"); }
      s.setQueryTimeout(0);
      s.execute("drop table jdbc_cancel");
    }
  }

  static void view(Connection c) throws Exception {
    try (Statement s = c.createStatement()) {
      s.execute("create table jdbc_orders (id int primary key, amount numeric)");
      s.execute("create materialized view jdbc_total as select count(*) as n, sum(amount) as s from jdbc_orders");
      for (int n = 1; n <= 5; n++) {
        s.execute("insert into jdbc_orders values (" + n + ", 2.50)");
        try (ResultSet r = s.executeQuery("select n, s from jdbc_total")) {
          r.next();
          same(r.getLong(1), (long) n);
          same(r.getBigDecimal(2).compareTo(new BigDecimal("2.50").multiply(BigDecimal.valueOf(n))), 0);
        }
      }
      s.execute("drop table jdbc_orders cascade");
    }
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, Part> parts = new LinkedHashMap<>();
    parts.put("values", Session::values);
    parts.put("batch", Session::batch);
    parts.put("errors", Session::errors);
    parts.put("metadata", Session::metadata);
    parts.put("copy", Session::copy);
    parts.put("cancel", Session::cancel);
    parts.put("view", Session::view);
    for (var part : parts.entrySet()) {
      try (Connection c = DriverManager.getConnection(arguments[0], "tester", "")) {
        part.getValue().run(c);
        System.out.println("ok " + part.getKey());
      } catch (Throwable e) {
        System.out.println("failed " + part.getKey() + ": " + e.toString().replace('\n', ' '));
      }
    }
  }
}
