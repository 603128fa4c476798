// node lake.mjs PORT: asks CloudTrail Lake's API as people write it: start, poll until it is finished, page; prints what came.
import {
  CancelQueryCommand,
  CloudTrailClient,
  DescribeQueryCommand,
  DescribeTrailsCommand,
  GetEventDataStoreCommand,
  GetTrailStatusCommand,
  ListEventDataStoresCommand,
  SearchSampleQueriesCommand,
  StartQueryCommand,
  paginateGetQueryResults,
  paginateListQueries,
} from "@aws-sdk/client-cloudtrail";

const client = new CloudTrailClient({ endpoint: `http://127.0.0.1:${process.argv[2]}`, region: "us-east-1", maxAttempts: 1 });

const finished = async (QueryId) => {
  for (let tries = 0; tries < 300; tries += 1) {
    const described = await client.send(new DescribeQueryCommand({ QueryId }));
    if (!["QUEUED", "RUNNING"].includes(described.QueryStatus)) return described;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("it doesn't end");
};

const ask = async (input, pageSize = 1000) => {
  const { QueryId } = await client.send(new StartQueryCommand(input));
  const described = await finished(QueryId);
  const rows = [];
  let pages = 0;
  for await (const page of paginateGetQueryResults({ client }, { QueryId, MaxQueryResults: pageSize })) {
    pages += 1;
    for (const row of page.QueryResultRows) rows.push(row);
  }
  return { id: QueryId, status: described.QueryStatus, statistics: described.QueryStatistics, rows, pages };
};

const failure = async (command) => {
  try {
    await client.send(command);
    return null;
  } catch (error) {
    return { name: error.name, status: error.$metadata?.httpStatusCode, message: error.message };
  }
};

const EDS = "3e2f4a10-0c1d-4e5f-8a9b-0c1d2e3f4a5b";
const since = "2024-01-01T00:00:00.000Z";
const answer = {};
answer.counts = await ask({
  QueryStatement: `SELECT eventName, count(*) AS n FROM ${EDS} WHERE eventTime > '${since}' GROUP BY eventName ORDER BY n DESC, eventName`,
});
answer.pages = await ask({ QueryStatement: `SELECT eventID, eventTime, readOnly, errorCode FROM ${EDS} ORDER BY eventID` }, 700);
answer.user = await ask({
  QueryStatement: `SELECT eventName FROM ${EDS} WHERE lower(useridentity.principalid) LIKE '%aida%' AND eventTime BETWEEN '${since}' AND '2030-01-01T00:00:00.000Z'`,
});
answer.saved = await ask({ QueryAlias: "events-by-day" });
answer.parameters = await ask({ QueryAlias: "activity-of-principal", QueryParameters: ["%", "2024-01-01", "2030-01-01"] });
answer.stores = (await client.send(new ListEventDataStoresCommand({}))).EventDataStores;
answer.store = await client.send(new GetEventDataStoreCommand({ EventDataStore: answer.stores[0].EventDataStoreArn }));
answer.trails = (await client.send(new DescribeTrailsCommand({}))).trailList;
answer.trail = await client.send(new GetTrailStatusCommand({ Name: answer.trails[0].Name }));
answer.samples = (await client.send(new SearchSampleQueriesCommand({ SearchPhrase: "root" }))).SearchResults;
answer.listed = [];
for await (const page of paginateListQueries({ client, pageSize: 2 }, { EventDataStore: EDS })) answer.listed.push(...page.Queries);
answer.wrong = await failure(new StartQueryCommand({ QueryStatement: `SELECT evenTime FROM ${EDS}` }));
answer.unknown = await failure(new DescribeQueryCommand({ QueryId: EDS }));
answer.over = await failure(new CancelQueryCommand({ QueryId: answer.counts.id }));
// Those that take long: ten at most; each can be cancelled.
const long = { QueryStatement: `SELECT count(*) FROM ${EDS} a, ${EDS} b, ${EDS} c WHERE a.eventID || b.eventID < c.eventID` };
const started = [];
for (let i = 0; i < 10; i += 1) started.push((await client.send(new StartQueryCommand(long))).QueryId);
answer.many = await failure(new StartQueryCommand(long));
for (const QueryId of started) await client.send(new CancelQueryCommand({ QueryId }));
answer.cancelled = (await finished(started[0])).QueryStatus;
answer.after = (await ask({ QueryStatement: `SELECT 1 AS one` })).rows;
console.log(JSON.stringify(answer));
