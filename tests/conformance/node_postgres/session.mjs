// A session of node-postgres. Prints "ok NAME" or "failed NAME: why" for each part. Arguments: host, port.
import assert from 'node:assert/strict';
import pg from 'pg';

const [host, port] = process.argv.slice(2);
const settings = { host, port: Number(port), user: 'tester', database: 'dev' };

const parts = {
  async values(client) {
    await client.query('create table node_values (id int primary key, b boolean, i bigint, d double precision, n numeric, t varchar, y bytea, j jsonb, z timestamptz, a int[])');
    const row = [1, true, '9007199254740993', 0.1, '-1.2300', "it's ä", Buffer.from([0, 255]), { a: [1, null] }, new Date('2026-01-02T03:04:05.006Z'), [1, null, 3]];
    await client.query('insert into node_values values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', row);
    await client.query('insert into node_values (id) values ($1)', [2]);
    const found = await client.query({ text: 'select * from node_values order by id', rowMode: 'array' });
    assert.deepEqual(found.rows[0], row);
    assert.deepEqual(found.rows[1], [2, ...Array(9).fill(null)]);
    assert.deepEqual(found.fields.map((field) => field.dataTypeID), [23, 16, 20, 701, 1700, 1043, 17, 3802, 1184, 1007]);
    await client.query('drop table node_values');
  },
  async named(client) {
    for (let n = 0; n < 10; n++) {
      const { rows } = await client.query({ name: 'plus', text: 'select $1::int + 1 as next', values: [n] });
      assert.deepEqual(rows, [{ next: n + 1 }]);
    }
  },
  async errors(client) {
    await assert.rejects(client.query('select * from nowhere'), { code: '42P01' });
    await assert.rejects(client.query('select $1::int', ['x']), { code: '22P02' });
    await client.query('begin');
    await assert.rejects(client.query('select 1/0'), { code: '22012' });
    await assert.rejects(client.query('select 1'), { code: '25P02' });
    await client.query('rollback');
    assert.equal((await client.query('select 7 as n')).rows[0].n, 7);
  },
  async several(client) {
    const results = await client.query('select 1 as a; select 2 as b');
    assert.deepEqual(results.map((result) => result.rows[0]), [{ a: 1 }, { b: 2 }]);
  },
  async view(client) {
    await client.query('create table node_orders (id int primary key, k varchar)');
    await client.query('create materialized view node_counts as select k, count(*) as n from node_orders group by k');
    await client.query("insert into node_orders values (1, 'a'), (2, 'a')");
    assert.deepEqual((await client.query('select * from node_counts')).rows, [{ k: 'a', n: '2' }]);
    const updated = await client.query("update node_orders set k = 'b' where id = $1", [1]);
    assert.equal(updated.rowCount, 1);
    assert.deepEqual((await client.query('select k, n from node_counts order by k')).rows, [{ k: 'a', n: '1' }, { k: 'b', n: '1' }]);
    await client.query('drop table node_orders cascade');
  },
  async pool() {
    const pool = new pg.Pool({ ...settings, max: 5 });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => pool.query('select $1::int as n', [n])));
    assert.deepEqual(answers.map((answer) => answer.rows[0].n), Array.from({ length: 50 }, (_, n) => n));
    await pool.end();
  },
};

for (const [name, part] of Object.entries(parts)) {
  const client = new pg.Client(settings);
  try {
    await client.connect();
    await part(client);
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`failed ${name}: ${String(error.stack).replaceAll('\n', ' ')}`);
  } finally {
    await client.end();
  }
}
