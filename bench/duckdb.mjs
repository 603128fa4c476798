// What bench/run asks of DuckDB. Usage: node duckdb.mjs COMMAND DATABASE [ARGUMENT]
//   load-ndjson DATABASE FILE     makes the table ev of an NDJSON file, and a checkpoint
//   load-gz DATABASE 'GLOB'       makes it of the Records of .json.gz files
//   query DATABASE                 the queries that bench/run times, each 15 times
//   version
// Prints one line of JSON; seconds are inside the process, from opening the database to the end of the checkpoint.
import { DuckDBInstance } from '@duckdb/node-api';

const [command, database, argument] = process.argv.slice(2);
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

// The same answers as trailkeeper's commands of these names. Callers without an ARN are AWS services.
const queries = {
  'count-by-name': 'select eventName, count(*) as n from ev group by all order by n desc, eventName',
  'count-errors-by-principal': `select coalesce(userIdentity.arn, userIdentity.principalId, userIdentity.invokedBy) as principal,
     count(*) as n from ev where errorCode is not null group by all order by n desc, principal limit 10`,
  'count-by-tls': 'select tlsDetails.tlsVersion as tls, count(*) as n from ev group by all order by n desc, tls',
  'count-by-bucket': 'select requestParameters.bucketName as bucket, count(*) as n from ev group by all order by n desc, bucket',
  'count-by-three-a-day': `select left(cast(eventTime as varchar), 10) as day, tlsDetails.tlsVersion as tls, tlsDetails.cipherSuite as suite,
     requestParameters.bucketName as bucket, count(*) as n from ev group by all`,
  'count-figures': `select eventName, count(*) as n, count(distinct sourceIPAddress), min(eventTime), max(eventTime)
     from ev group by eventName order by n desc, eventName`,
  'count-distinct-ids': 'select null, count(*), count(distinct requestID) from ev',
};

const open = async (path) => {
  const instance = await DuckDBInstance.create(path, { threads: '2' });
  return { instance, connection: await instance.connect() };
};

const load = async (source) => {
  const begin = performance.now();
  const { instance, connection } = await open(database);
  await connection.run(`create table ev as ${source}`);
  await connection.run('checkpoint');
  const seconds = (performance.now() - begin) / 1000;
  const rows = Number((await connection.runAndReadAll('select count(*) from ev')).getRows()[0][0]);
  connection.closeSync();
  instance.closeSync();
  return { seconds, rows };
};

const runQueries = async () => {
  const opening = performance.now();
  const { instance, connection } = await open(database);
  const result = { open: (performance.now() - opening) / 1000 };
  for (const [name, sql] of Object.entries(queries)) {
    const times = [];
    let rows = [];
    for (let i = 0; i < 15; ++i) {
      const begin = performance.now();
      rows = (await connection.runAndReadAll(sql)).getRows();
      times.push((performance.now() - begin) / 1000);
    }
    const first = times[0];
    times.sort((a, b) => a - b);
    result[name] = { first, best: times[0], median: times[7], answer: rows.map((row) => row.map(String)) };
  }
  connection.closeSync();
  instance.closeSync();
  return result;
};

const commands = {
  'load-ndjson': () => load(`select * from read_json(${quoted(argument)}, format = 'newline_delimited')`),
  // A file is one object of 8 MB or so; the default limit is 16 MB, and a larger one only makes DuckDB slower.
  'load-gz': () => load(`select unnest(Records, max_depth := 2) from read_json(${quoted(argument)})`),
  query: runQueries,
  version: async () => {
    const { instance, connection } = await open(':memory:');
    const version = (await connection.runAndReadAll('select version()')).getRows()[0][0];
    connection.closeSync();
    instance.closeSync();
    return { version };
  },
};

if (!(command in commands)) {
  console.error(`duckdb.mjs: no such command: ${command}`);
  process.exit(2);
}
console.log(JSON.stringify(await commands[command]()));
