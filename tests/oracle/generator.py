"""Random schemas, changes and queries in the SQL that Levada and PostgreSQL share.

A query is built so that its answer is one multiset of rows: LIMIT, windows and ordered aggregates
order by everything that could tell rows apart, nothing divides, and numbers stay small.
"""

from dataclasses import dataclass

INT, TEXT, BOOL, NUMERIC, TIME = 'int', 'varchar', 'boolean', 'numeric', 'timestamp'


@dataclass(frozen=True)
class Column:
    name: str
    type: str

    def __str__(self):
        return self.name


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple
    keyed: bool

    def definition(self):
        parts = [f'{c.name} {c.type}' for c in self.columns]
        if self.keyed:
            parts[0] += ' primary key'
        return f'create table {self.name} ({", ".join(parts)})'


def literal(random, kind, nulls=True):
    if nulls and random.random() < 0.12:
        return 'null'
    if kind == INT:
        return str(random.randint(-2, 5))
    if kind == TEXT:
        return random.choice(["'a'", "'b'", "'c'", "'ab'", "'B'", "''"])
    if kind == BOOL:
        return random.choice(['true', 'false'])
    if kind == NUMERIC:
        return random.choice(['0', '1.5', '-2.25', '3', '0.1', '10.00'])
    return "timestamp '2024-01-%02d %02d:00:00'" % (random.randint(1, 3), random.choice([0, 6, 12]))


class Data:
    """Makes tables and the changes to them; keys are never given twice."""

    def __init__(self, random):
        self.random = random
        self.next_key = 1
        self.tables = [self._table(n) for n in range(3)]

    def _table(self, number):
        kinds = [INT, INT, TEXT, self.random.choice([BOOL, NUMERIC]), TIME]
        names = ['k', 'a', 'b', 'c', 'd', 'e']
        columns = [Column('k', INT)] + [Column(n, t) for n, t in zip(names[1:], kinds)]
        return Table(f't{number}', tuple(columns), keyed=self.random.random() < 0.7)

    def insert(self, table, count):
        rows = []
        for _ in range(count):
            values = [literal(self.random, c.type) for c in table.columns[1:]]
            rows.append(f'({self.next_key}, {", ".join(values)})')
            self.next_key += 1
        return f'insert into {table.name} values {", ".join(rows)}'

    def _some_rows(self, table):
        random = self.random
        if random.random() < 0.5:
            keys = [str(random.randint(1, self.next_key)) for _ in range(random.randint(1, 5))]
            return f'k in ({", ".join(keys)})'
        column = random.choice(table.columns[1:])
        if random.random() < 0.2:
            return f'{column} is null'
        return f'{column} = {literal(random, column.type, nulls=False)}'

    def change(self):
        random = self.random
        table = random.choice(self.tables)
        dice = random.random()
        if dice < 0.5:
            return self.insert(table, random.randint(1, 6))
        if dice < 0.7:
            return f'delete from {table.name} where {self._some_rows(table)}'
        changed = random.sample(table.columns[1:], random.randint(1, 2))
        sets = []
        for column in changed:
            if column.type == INT and random.random() < 0.4:
                sets.append(f'{column} = (case when {column} < 5 then {column} + 1 else 0 end)')
            else:
                sets.append(f'{column} = {literal(random, column.type)}')
        return f'update {table.name} set {", ".join(sets)} where {self._some_rows(table)}'


class Queries:
    """Makes queries over the tables. Every method gives SQL and the columns of the result."""

    def __init__(self, random, tables):
        self.random = random
        self.tables = tables
        self.aliases = 0

    def alias(self):
        self.aliases += 1
        return f'x{self.aliases}'

    # ---- what stands in FROM: SQL and the columns that it brings into scope ----

    def table(self):
        table = self.random.choice(self.tables)
        name = self.alias()
        return f'{table.name} as {name}', [Column(f'{name}.{c.name}', c.type) for c in table.columns]

    def source(self, depth):
        if depth <= 0 or self.random.random() < 0.6:
            return self.table()
        sql, columns = self.query(depth - 1)
        name = self.alias()
        return f'({sql}) as {name}', [Column(f'{name}.{c.name}', c.type) for c in columns]

    def pair(self, left, right, kinds=(INT, TEXT, TIME, BOOL, NUMERIC)):
        pairs = [(l, r) for l in left for r in right if l.type == r.type and l.type in kinds]
        return self.random.choice(pairs) if pairs else None

    def join(self, depth):
        random = self.random
        left, left_columns = self.source(depth)
        for _ in range(random.choice([1, 1, 2])):
            if random.random() < 0.15:
                left, left_columns = self.lateral(left, left_columns)
                continue
            right, right_columns = self.source(depth - 1)
            kind = random.choice(['join', 'join', 'left join', 'right join', 'full join', 'cross join'])
            found = self.pair(left_columns, right_columns)
            if found is None:
                kind = 'cross join'
            if kind == 'cross join':
                left = f'{left} cross join {right}'
            else:
                condition = f'{found[0]} = {found[1]}'
                if random.random() < 0.3:
                    more = self.pair(left_columns, right_columns, (INT, NUMERIC, TIME, TEXT))
                    if more and kind != 'full join':
                        condition += f' and {more[0]} {random.choice(["=", "<", ">=", "<>"])} {more[1]}'
                if random.random() < 0.2 and kind != 'full join':
                    condition += f' and {self.comparison(left_columns + right_columns)}'
                left = f'{left} {kind} {right} on {condition}'
            left_columns = left_columns + right_columns
        return left, left_columns

    def lateral(self, left, columns):
        random = self.random
        table = random.choice(self.tables)
        inner, name = self.alias(), self.alias()
        mine = [Column(f'{inner}.{c.name}', c.type) for c in table.columns]
        found = self.pair(columns, mine)
        condition = f'{found[0]} = {found[1]}' if found else 'true'
        if random.random() < 0.5:
            value = self.of_type(mine, INT)
            inside = (f'select count(*) as n, max({value}) as m from {table.name} as {inner} '
                      f'where {condition}')
            added = [Column(f'{name}.n', 'bigint'), Column(f'{name}.m', INT)]
        else:
            inside = (f'select {inner}.k as k, {inner}.b as b from {table.name} as {inner} '
                      f'where {condition} order by {inner}.k, {inner}.b limit {random.randint(1, 3)}')
            added = [Column(f'{name}.k', INT), Column(f'{name}.b', INT)]
        join = random.choice(['cross join lateral', 'left join lateral'])
        on = ' on true' if join.startswith('left') else ''
        return f'{left} {join} ({inside}) as {name}{on}', columns + added

    # ---- terms ----

    def of_type(self, columns, kind):
        fitting = [c for c in columns if c.type == kind]
        return str(self.random.choice(fitting)) if fitting else literal(self.random, kind, nulls=False)

    def term(self, columns):
        """A scalar over the columns: SQL and its type."""
        random = self.random
        column = random.choice(columns)
        if random.random() < 0.55:
            return str(column), column.type
        kind = column.type
        if kind == INT:
            return random.choice([
                (f'{column} + 1', INT), (f'{column} * 2 - 1', INT), (f'abs({column})', INT),
                (f'coalesce({column}, 0)', INT), (f'-{column}', INT),
                (f'{column} % 3', INT), (f'nullif({column}, 1)', INT),
                (f'greatest({column}, 1)', INT), (f'cast({column} as varchar)', TEXT),
                (f'case when {column} > 1 then {column} else 0 end', INT),
                (f'case {column} when 1 then \'one\' when 2 then \'two\' end', TEXT)])
        if kind == TEXT:
            return random.choice([
                (f'upper({column})', TEXT), (f'length({column})', INT),
                (f'{column} || \'x\'', TEXT), (f'substr({column}, 1, 1)', TEXT),
                (f'coalesce({column}, \'none\')', TEXT), (f'concat({column}, \'-\', {column})', TEXT),
                (f'{column} like \'a%\'', BOOL), (f'replace({column}, \'a\', \'z\')', TEXT)])
        if kind == BOOL:
            return random.choice([
                (f'not {column}', BOOL), (f'{column} is true', BOOL),
                (f'{column} is not false', BOOL), (f'cast({column} as int)', INT)])
        if kind == NUMERIC:
            return random.choice([
                (f'{column} * 2', NUMERIC), (f'round({column})', NUMERIC), (f'abs({column})', NUMERIC),
                (f'{column} + 0.25', NUMERIC), (f'floor({column})', NUMERIC),
                (f'cast({column} as int)', INT)])
        if kind == TIME:
            return random.choice([
                (f'date_trunc(\'day\', {column})', TIME), (f'{column} + interval \'1 day\'', TIME),
                (f'cast(extract(hour from {column}) as int)', INT),
                (f'to_char({column}, \'YYYY-MM-DD HH24\')', TEXT)])
        return str(column), kind

    def comparison(self, columns):
        random = self.random
        column = random.choice(columns)
        kind = column.type if column.type in (INT, TEXT, BOOL, NUMERIC, TIME) else None
        if kind is None:
            return f'{column} {random.choice([">", "<="])} {random.randint(0, 3)}'
        value = literal(random, kind, nulls=False)
        return random.choice([
            f'{column} = {value}', f'{column} <> {value}', f'{column} > {value}',
            f'{column} <= {value}', f'{column} is null', f'{column} is not null',
            f'{column} in ({value}, {literal(random, kind, nulls=False)})',
            f'{column} not in ({value}, {literal(random, kind, nulls=False)})',
            f'{column} is distinct from {value}',
            f'{column} between {value} and {literal(random, kind, nulls=False)}',
            f'coalesce({column} = {value}, true)',
        ])

    def subquery_condition(self, columns):
        random = self.random
        table = random.choice(self.tables)
        inner = self.alias()
        mine = [Column(f'{inner}.{c.name}', c.type) for c in table.columns]
        found = self.pair(columns, mine)
        if found is None:
            return self.comparison(columns)
        outer, own = found
        second = self.pair(columns, mine, (INT, NUMERIC, TIME))
        where = f' where {self.comparison(mine)}' if random.random() < 0.5 else ''
        narrowed = f'{where} and ' if where else ' where '
        extra = f' and {second[0]} < {second[1]}' if second and random.random() < 0.3 else ''
        source = f'{table.name} as {inner}'
        number = self.of_type(mine, INT)
        outer_number = self.of_type(columns, INT)
        return random.choice([
            f'{outer} in (select {own} from {source}{where})',
            f'{outer} not in (select {own} from {source} where {own} is not null)',
            f'{outer} not in (select {own} from {source}{where})',
            f'exists (select 1 from {source}{narrowed}{outer} = {own}{extra})',
            f'not exists (select 1 from {source}{narrowed}{outer} = {own}{extra})',
            f'{outer_number} > (select count(*) from {source}{narrowed}{outer} = {own})',
            f'{outer_number} <= (select max({number}) from {source}{where})',
            f'{outer_number} = (select min({number}) from {source}{narrowed}{outer} = {own}{extra})',
            f'{outer_number} >= any (select {number} from {source}{where})',
            f'{outer_number} < all (select {number} from {source}{where})',
        ])

    def condition(self, columns, depth):
        random = self.random
        dice = random.random()
        if depth > 0 and dice < 0.25:
            return (f'({self.condition(columns, depth - 1)} {random.choice(["and", "or"])} '
                    f'{self.condition(columns, depth - 1)})')
        if depth > 0 and dice < 0.32:
            return f'not ({self.condition(columns, depth - 1)})'
        if depth > 0 and dice < 0.5:
            return self.subquery_condition(columns)
        return self.comparison(columns)

    def where(self, columns, depth):
        if self.random.random() < 0.4:
            return ''
        return f' where {self.condition(columns, depth)}'

    # ---- queries ----

    def select(self, depth):
        source, columns = self.join(depth) if self.random.random() < 0.55 else self.source(depth)
        where = self.where(columns, depth)
        terms = [self.term(columns) for _ in range(self.random.randint(1, 4))]
        if depth > 0 and self.random.random() < 0.15:
            terms.append(self.scalar_subquery(columns))
        outputs = [Column(f'o{i}', t) for i, (_, t) in enumerate(terms)]
        listed = ', '.join(f'{sql} as {c}' for (sql, _), c in zip(terms, outputs))
        distinct = 'distinct ' if self.random.random() < 0.2 else ''
        return f'select {distinct}{listed} from {source}{where}', outputs

    def scalar_subquery(self, columns):
        table = self.random.choice(self.tables)
        inner = self.alias()
        mine = [Column(f'{inner}.{c.name}', c.type) for c in table.columns]
        found = self.pair(columns, mine)
        where = f' where {found[0]} = {found[1]}' if found else ''
        what = self.random.choice(['count(*)', f'sum({inner}.a)', f'count({inner}.a)'])
        return f'(select {what} from {table.name} as {inner}{where})', 'bigint'

    def aggregate(self, columns):
        random = self.random
        column = random.choice(columns)
        filtered = f' filter (where {self.comparison(columns)})' if random.random() < 0.2 else ''
        kind = column.type
        options = [(f'count({column})', 'bigint'), (f'count(distinct {column})', 'bigint'),
                   ('count(*)', 'bigint')]
        if kind in (INT, NUMERIC):
            options += [(f'sum({column})', 'bigint' if kind == INT else NUMERIC)] * 2
            options += [(f'avg({column})', 'average'), (f'sum(distinct {column})',
                                                        'bigint' if kind == INT else NUMERIC)]
        if kind != BOOL:
            options += [(f'min({column})', kind), (f'max({column})', kind)]
        else:
            options += [(f'bool_and({column})', BOOL), (f'bool_or({column})', BOOL)]
        if kind == TEXT:
            options += [(f"string_agg({column}, ',' order by {column})", TEXT)]
        if kind == INT:
            options += [(f'array_agg({column} order by {column} desc nulls last)', 'int[]')]
        sql, result = random.choice(options)
        return sql + filtered, result

    def grouped(self, depth):
        random = self.random
        source, columns = self.join(depth) if random.random() < 0.5 else self.source(depth)
        where = self.where(columns, depth)
        keys = [self.term(columns) for _ in range(random.randint(0, 2))]
        terms = keys + [self.aggregate(columns) for _ in range(random.randint(1, 3))]
        outputs = [Column(f'o{i}', t) for i, (_, t) in enumerate(terms)]
        listed = ', '.join(f'{sql} as {c}' for (sql, _), c in zip(terms, outputs))
        sql = f'select {listed} from {source}{where}'
        if keys:
            by = ', '.join(str(i + 1) for i in range(len(keys)))
            plain = [key for key, _ in keys]
            if len(keys) == 2 and plain[0] != plain[1] and random.random() < 0.3:
                by = random.choice(['rollup(%s, %s)', 'cube(%s, %s)',
                                    'grouping sets ((%s), (%s))']) % tuple(plain)
            sql += f' group by {by}'
        if random.random() < 0.25:
            sql += f' having count(*) > {random.randint(0, 2)}'
        return sql, outputs

    def set_operation(self, depth):
        left, left_columns = self.select(depth - 1)
        for _ in range(20):
            right, right_columns = self.select(depth - 1)
            if [c.type for c in left_columns] == [c.type for c in right_columns]:
                break
        else:
            right = left
        kind = self.random.choice(['union', 'union all', 'intersect', 'except', 'except all',
                                   'intersect all'])
        return f'({left}) {kind} ({right})', left_columns

    def top(self, depth):
        sql, columns = self.query(depth - 1)
        name = self.alias()
        order = [f'{name}.{c.name}{self.random.choice(["", " desc", " nulls first", " desc nulls last"])}'
                 for c in self.random.sample(columns, len(columns))]
        limit = f' limit {self.random.randint(1, 6)}'
        if self.random.random() < 0.3:
            limit += f' offset {self.random.randint(1, 3)}'
        return f'select * from ({sql}) as {name} order by {", ".join(order)}{limit}', columns

    def window(self, depth):
        random = self.random
        table = random.choice(self.tables)  # its key makes the order total
        name = self.alias()
        columns = [Column(f'{name}.{c.name}', c.type) for c in table.columns]
        partition = f'partition by {random.choice(columns[1:])} ' if random.random() < 0.7 else ''
        direction = random.choice(['', ' desc', ' nulls first'])
        order = f'order by {random.choice(columns[1:])}{direction}, {name}.k'
        number = self.of_type(columns, INT)
        frame = random.choice(['', ' rows between 1 preceding and 1 following',
                               ' rows between unbounded preceding and current row',
                               ' rows between 2 preceding and 1 preceding',
                               ' rows between current row and unbounded following'])
        ranked = random.choice(columns[1:])
        call, kind = random.choice([
            (f'row_number() over ({partition}{order})', 'bigint'),
            (f'rank() over ({partition}order by {ranked})', 'bigint'),
            (f'dense_rank() over ({partition}order by {ranked})', 'bigint'),
            (f'sum({number}) over ({partition}{order}{frame})', 'bigint'),
            (f'count({number}) over ({partition}{order}{frame})', 'bigint'),
            (f'min({number}) over ({partition}{order}{frame})', INT),
            (f'lag({number}) over ({partition}{order})', INT),
            (f'lead({number}, 2) over ({partition}{order})', INT),
            (f'first_value({number}) over ({partition}{order}{frame})', INT),
            (f'last_value({number}) over ({partition}{order}{frame})', INT),
            (f'sum({number}) over ({partition.strip()})', 'bigint'),
            (f'max({number}) over ({partition}order by {ranked})', INT),
        ])
        where = self.where(columns, 0)
        outputs = [Column('o0', INT), Column('o1', kind)]
        sql = f'select {name}.k as o0, {call} as o1 from {table.name} as {name}{where}'
        if random.random() < 0.3 and call.startswith(('row_number', 'rank', 'dense_rank')):
            outer = self.alias()
            return (f'select {outer}.o0, {outer}.o1 from ({sql}) as {outer} '
                    f'where {outer}.o1 <= {random.randint(1, 3)}'), outputs
        return sql, outputs

    def common(self, depth):
        inside, columns = self.query(depth - 1)
        name, one, two = self.alias(), self.alias(), self.alias()
        mine = [Column(f'{one}.{c.name}', c.type) for c in columns]
        other = [Column(f'{two}.{c.name}', c.type) for c in columns]
        found = self.pair(mine, other)
        if found is None or self.random.random() < 0.4:
            return (f'with {name} as ({inside}) select * from {name} as {one}'
                    f'{self.where(mine, 0)}'), columns
        outputs = [Column('o0', mine[0].type), Column('o1', other[-1].type)]
        return (f'with {name} as ({inside}) select {mine[0]} as o0, {other[-1]} as o1 '
                f'from {name} as {one} join {name} as {two} on {found[0]} = {found[1]}'), outputs

    def query(self, depth):
        forms = [self.select, self.select, self.grouped, self.grouped, self.window]
        if depth > 0:
            forms += [self.set_operation, self.top, self.common]
        return self.random.choice(forms)(depth)
