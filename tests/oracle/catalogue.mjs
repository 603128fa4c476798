// What random requests are about: real actions with resources of the right form, principals, context keys.
export const HOME = '111122223333'
export const AWAY = '444455556666'

// [action, resource with ACCOUNT in it]. Actions without a resource type have "*".
export const ACTIONS = [
  ['s3:GetObject', 'arn:aws:s3:::reports/anna/2024/may.csv'],
  ['s3:PutObject', 'arn:aws:s3:::reports/ben/draft.txt'],
  ['s3:ListBucket', 'arn:aws:s3:::reports'],
  ['sqs:SendMessage', 'arn:aws:sqs:us-east-1:ACCOUNT:anna-jobs'],
  ['sqs:ReceiveMessage', 'arn:aws:sqs:eu-west-1:ACCOUNT:jobs'],
  ['sns:Publish', 'arn:aws:sns:us-east-1:ACCOUNT:alerts'],
  ['dynamodb:GetItem', 'arn:aws:dynamodb:us-east-1:ACCOUNT:table/orders'],
  ['lambda:InvokeFunction', 'arn:aws:lambda:us-east-1:ACCOUNT:function:bill'],
  ['secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:us-east-1:ACCOUNT:secret:db-AbCdEf'],
  ['kms:Decrypt', 'arn:aws:kms:us-east-1:ACCOUNT:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
  ['sts:AssumeRole', 'arn:aws:iam::ACCOUNT:role/Auditor'],
  ['iam:GetUser', 'arn:aws:iam::ACCOUNT:user/anna'],
  ['budgets:ViewBudget', 'arn:aws:budgets::ACCOUNT:budget/monthly'],
  ['ec2:TerminateInstances', 'arn:aws:ec2:us-east-1:ACCOUNT:instance/i-0123456789abcdef0'],
  ['ce:GetCostAndUsage', 'arn:aws:billing::ACCOUNT:billingview/primary'],
  ['ec2:DescribeInstances', '*'],
  ['activate:GetCredits', '*'],
  ['activate:PutMemberInfo', '*'],
  ['support:DescribeTrustedAdvisorChecks', '*'],
  ['iam:GetAccountSummary', '*']
]

// Services whose resources the oracle's and AWS's resource control policies are both about.
export const RCP_SERVICES = new Set(['s3', 'sqs', 'secretsmanager', 'kms', 'sts', 'dynamodb', 'budgets', 'support'])

export const principalsOf = (account) => ({
  user: `arn:aws:iam::${account}:user/anna`,
  userWithPath: `arn:aws:iam::${account}:user/team/ben`,
  role: `arn:aws:iam::${account}:role/Developer`,
  session: `arn:aws:sts::${account}:assumed-role/Developer/anna-laptop`,
  federated: `arn:aws:sts::${account}:federated-user/anna`
})

export const SERVICE = 'lambda.amazonaws.com'

// Context keys: the operators that fit them, values of requests, values of policies.
const TEXT = ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike']
const NUMBER = ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals']
const DATE = ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals']
const ARN = ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike']

export const KEYS = [
  {
    key: 'aws:username',
    operators: TEXT,
    values: ['anna', 'ben', 'Anna', 'a*'],
    patterns: ['anna', 'an*', 'b?n', 'ANNA', 'a${*}', '*', '${aws:PrincipalTag/team}', "${aws:PrincipalTag/team, 'anna'}"]
  },
  {
    key: 'aws:PrincipalTag/team',
    operators: TEXT,
    values: ['red', 'blue', 'Red'],
    patterns: ['red', 'RED', 'bl*', 'r?d', 'green', '${aws:username}', '${aws:ResourceTag/team}']
  },
  { key: 'aws:RequestedRegion', operators: TEXT, values: ['us-east-1', 'eu-west-1'], patterns: ['us-east-1', 'us-*', 'eu-west-?'] },
  {
    key: 'aws:SourceIp',
    operators: ['IpAddress'],
    values: ['203.0.113.7', '198.51.100.9', '2001:db8::5', '10.0.0.1'],
    patterns: ['203.0.113.0/24', '203.0.113.7', '198.51.100.0/28', '2001:db8::/32', '2001:db8::5', '::/0', '10.0.0.0/31']
  },
  {
    key: 'aws:SourceIp',
    operators: ['NotIpAddress'],
    values: ['203.0.113.7', '198.51.100.9', '2001:db8::5', '10.0.0.1'],
    patterns: ['203.0.113.0/24', '203.0.113.7/32', '198.51.100.0/28', '2001:db8::/32', '2001:db8:1::/48', '10.0.0.0/31']
  },
  { key: 'aws:SecureTransport', operators: ['Bool'], values: ['true', 'false', 'TRUE'], patterns: ['true', 'false', 'True', true, false] },
  { key: 'aws:MultiFactorAuthPresent', operators: ['Bool'], values: ['true', 'false'], patterns: ['true', 'false'] },
  {
    key: 'aws:MultiFactorAuthAge',
    operators: NUMBER,
    values: ['300', '3600', '12.5', '0', '-7'],
    patterns: ['300', '300.0', '3600', '12.50', 300, 12.5, '-7', '1000']
  },
  {
    key: 'aws:CurrentTime',
    operators: DATE,
    values: ['2024-05-01T10:00:00Z', '2024-05-01T12:00:00+02:00', '2025-01-01T00:00:00Z', '2023-12-31T23:59:59.500Z'],
    patterns: ['2024-05-01T10:00:00Z', '2024-05-01', '2024-05', '2024-06-01T00:00Z', '2023-12-31T23:59:59.5Z']
  },
  { key: 'aws:EpochTime', operators: DATE, values: ['1714557600', '1735689600'], patterns: ['1714557600', '1700000000', 1735689600] },
  {
    key: 'aws:PrincipalArn',
    operators: ARN,
    values: [`arn:aws:iam::${HOME}:user/anna`, `arn:aws:iam::${HOME}:role/Developer`, `arn:aws:iam::${AWAY}:role/team/Ops`],
    patterns: [`arn:aws:iam::${HOME}:user/*`, `arn:aws:iam::*:role/Dev*`, 'arn:aws:iam::*:*', `arn:aws:iam::${HOME}:user/\${aws:username}`, 'arn:*:iam::??????????33:role/*']
  },
  {
    key: 'aws:SourceArn',
    operators: ARN,
    values: [`arn:aws:sns:us-east-1:${HOME}:alerts`, 'arn:aws:s3:::reports', `arn:aws:logs:us-east-1:${HOME}:log-group:a:log-stream:b`],
    patterns: [`arn:aws:sns:*:${HOME}:alerts`, 'arn:aws:s3:::*', 'arn:aws:s3:::rep?rts', 'arn:aws:logs:*:*:log-group:*:log-stream:b', `arn:aws:*:*:${HOME}:*`]
  },
  { key: 'aws:userid', operators: ['BinaryEquals'], values: ['QUJD', 'REVG'], patterns: ['QUJD', 'R0hJ'] },
  {
    key: 'aws:TagKeys',
    sets: true,
    operators: TEXT,
    values: [['team'], ['team', 'cost'], ['Team', 'stage', 'cost']],
    patterns: ['team', 'cost', 'st*', 'TEAM', '*']
  },
  {
    key: 'aws:CalledVia',
    sets: true,
    operators: ['StringEquals', 'StringNotEquals', 'StringLike'],
    values: [['cloudformation.amazonaws.com'], ['athena.amazonaws.com', 'cloudformation.amazonaws.com']],
    patterns: ['cloudformation.amazonaws.com', 'athena.*', 'x.amazonaws.com']
  },
  {
    key: 'aws:PrincipalOrgPaths',
    sets: true,
    operators: ['StringLike', 'StringNotLike', 'StringEquals'],
    values: [['o-a1/r-b/ou-1/'], ['o-a1/r-b/ou-2/', 'o-a1/r-b/']],
    patterns: ['o-a1/*', 'o-a1/r-b/ou-?/', 'o-z9/*']
  }
]
