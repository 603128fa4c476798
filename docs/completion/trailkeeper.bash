# bash completion for trailkeeper
# shellcheck shell=bash disable=SC2207

# The program's words; values are `file`, `dir`, `words ...` or, where one may be several with commas, `list ...`.
# made: words
_trailkeeper_flags="--all --allow-plaintext --allow-unauthenticated --approved --aws --denied --dry-run --due
    --exit-code --first --help --last --no-pager --no-verdicts --not-read-only --not-readOnly --not-write-only
    --read-only --readOnly --reveal --show --skip-damaged --strict --strict-variants --superseded --version --wide
    --withdraw --write-only --yes -h"
_trailkeeper_global="--help --store --output --wide --no-pager --skip-damaged"
declare -gA _trailkeeper_commands=(
  ["trailkeeper"]="replay events show count sql query evaluate rejects stats serve tail retain hold investigate findings
    explain access least-privilege policies recheck credits journal compact backup restore verify verify-digest token"
  ["trailkeeper rejects"]="remove limit"
  ["trailkeeper hold"]="add list release"
  ["trailkeeper policies"]="load list show forget"
  ["trailkeeper credits"]="summary statement ledger applications notices forecast reconcile check settings import add
    apply decide correct"
  ["trailkeeper token"]="create list revoke open"
)
_trailkeeper_filters="--event-id --name --source --user --principal --access-key --account --region --ip --error
    --resource --type --category --request-id --user-agent --resource-type --verdict --identity --role --session --where
    --text --read-only --write-only --superseded --since --until"
_trailkeeper_more="--not-event-id --not-name --not-source --not-user --not-principal --not-access-key --not-account
    --not-region --not-ip --not-error --not-resource --not-type --not-category --not-request-id --not-user-agent
    --not-resource-type --not-verdict --not-identity --not-role --not-session --not-where --not-text --not-read-only
    --not-write-only --eventID --eventName --eventSource --accessKeyId --recipientAccountId --awsRegion
    --sourceIPAddress --errorCode --eventType --eventCategory --requestID --userAgent --readOnly --not-eventID
    --not-eventName --not-eventSource --not-accessKeyId --not-recipientAccountId --not-awsRegion --not-sourceIPAddress
    --not-errorCode --not-eventType --not-eventCategory --not-requestID --not-userAgent --not-readOnly"
_trailkeeper_filtering="trailkeeper/events trailkeeper/count trailkeeper/tail trailkeeper/hold/add trailkeeper/findings"
declare -gA _trailkeeper_options=(
  ["trailkeeper"]="--version"
  ["trailkeeper replay"]="--workers --strict-variants --no-verdicts"
  ["trailkeeper events"]="--limit --order --fields --reveal"
  ["trailkeeper show"]="--reveal"
  ["trailkeeper count"]="--by --per --top --distinct --first --last --having --max-memory"
  ["trailkeeper sql"]="--file --param --timeout --max-memory --reveal"
  ["trailkeeper query"]="--search --show --queries --param --timeout --max-memory --reveal"
  ["trailkeeper evaluate"]=""
  ["trailkeeper rejects"]="--limit --reveal"
  ["trailkeeper rejects remove"]="--source --reason --before --all --dry-run"
  ["trailkeeper rejects limit"]=""
  ["trailkeeper stats"]=""
  ["trailkeeper serve"]="--http --https --syslog --syslog-tls --forward --forward-tls --ndjson --ndjson-tls --queries
    --follow --tls-cert --tls-key --tls-client-ca --tls-client-name --host-name --forward-shared-key-file
    --allow-plaintext --allow-unauthenticated --max-connections --max-body --max-in-flight --max-receiving
    --max-query-memory --header-timeout --body-timeout --idle-timeout --stream-timeout --query-timeout --drain-timeout
    --strict-variants --workers --log-format --log-level --ports-file --config"
  ["trailkeeper tail"]="--url --token-file --ca-file --fields"
  ["trailkeeper retain"]="--keep --max-size --account --future --dry-run"
  ["trailkeeper hold"]=""
  ["trailkeeper hold add"]=""
  ["trailkeeper hold list"]=""
  ["trailkeeper hold release"]=""
  ["trailkeeper investigate"]="--as --since --until --new-since --top"
  ["trailkeeper findings"]="--limit --exit-code"
  ["trailkeeper explain"]=""
  ["trailkeeper access"]="--at"
  ["trailkeeper least-privilege"]="--since --at"
  ["trailkeeper policies"]=""
  ["trailkeeper policies load"]="--at"
  ["trailkeeper policies list"]=""
  ["trailkeeper policies show"]="--at"
  ["trailkeeper policies forget"]=""
  ["trailkeeper recheck"]="--all"
  ["trailkeeper credits"]="--at"
  ["trailkeeper credits summary"]="--at --by"
  ["trailkeeper credits statement"]="--at --month --by"
  ["trailkeeper credits ledger"]="--at"
  ["trailkeeper credits applications"]="--at"
  ["trailkeeper credits notices"]="--at --due --since"
  ["trailkeeper credits forecast"]="--at"
  ["trailkeeper credits reconcile"]="--at"
  ["trailkeeper credits check"]="--at"
  ["trailkeeper credits settings"]=""
  ["trailkeeper credits import"]="--as-of"
  ["trailkeeper credits add"]="--account --amount --issued --expires --years --type --from --id --application --service"
  ["trailkeeper credits apply"]="--account --amount --org-id --startup --email --founded --stage --website --profile
    --country --package --id --submitted"
  ["trailkeeper credits decide"]="--account --approved --denied --amount --reason --override --decided"
  ["trailkeeper credits correct"]="--account --amount --issued --expires --owner --service --withdraw --because"
  ["trailkeeper journal"]=""
  ["trailkeeper compact"]=""
  ["trailkeeper backup"]=""
  ["trailkeeper restore"]=""
  ["trailkeeper verify"]=""
  ["trailkeeper verify-digest"]="--public-keys --since --strict --workers"
  ["trailkeeper token"]=""
  ["trailkeeper token create"]="--rights --expires --aws"
  ["trailkeeper token list"]=""
  ["trailkeeper token revoke"]=""
  ["trailkeeper token open"]="--yes"
)
declare -gA _trailkeeper_values=(
  ["trailkeeper replay"]="file"
  ["trailkeeper evaluate"]="file"
  ["trailkeeper policies load"]="file"
  ["trailkeeper credits reconcile"]="file"
  ["trailkeeper credits settings"]="file"
  ["trailkeeper credits import"]="file"
  ["trailkeeper backup"]="dir"
  ["trailkeeper restore"]="dir"
  ["trailkeeper verify-digest"]="file"
  ["--store"]="dir"
  ["--output"]="words table json ndjson csv raw"
  ["-o"]="words table json ndjson csv raw"
  ["--order"]="words newest oldest"
  ["--fields"]="list name source user principal access-key account region ip error type category user-agent read-only
    identity role session time event-id request-id resource resource-type verdict eventSource eventName awsRegion
    sourceIPAddress userAgent errorCode eventType eventCategory recipientAccountId readOnly userIdentity.type
    userIdentity.arn userIdentity.principalId userIdentity.accountId userIdentity.userName userIdentity.accessKeyId
    userIdentity.invokedBy userIdentity.sessionContext.sessionIssuer.arn
    userIdentity.sessionContext.sessionIssuer.userName eventID requestID resources[].ARN"
  ["trailkeeper events --source"]="words activate.amazonaws.com billing.amazonaws.com ce.amazonaws.com
    cloudtrail.amazonaws.com ec2.amazonaws.com health.amazonaws.com iam.amazonaws.com kms.amazonaws.com
    lambda.amazonaws.com organizations.amazonaws.com s3.amazonaws.com signin.amazonaws.com sts.amazonaws.com
    support.amazonaws.com"
  ["trailkeeper count --source"]="words activate.amazonaws.com billing.amazonaws.com ce.amazonaws.com
    cloudtrail.amazonaws.com ec2.amazonaws.com health.amazonaws.com iam.amazonaws.com kms.amazonaws.com
    lambda.amazonaws.com organizations.amazonaws.com s3.amazonaws.com signin.amazonaws.com sts.amazonaws.com
    support.amazonaws.com"
  ["trailkeeper rejects remove --source"]="none"
  ["trailkeeper tail --source"]="words activate.amazonaws.com billing.amazonaws.com ce.amazonaws.com
    cloudtrail.amazonaws.com ec2.amazonaws.com health.amazonaws.com iam.amazonaws.com kms.amazonaws.com
    lambda.amazonaws.com organizations.amazonaws.com s3.amazonaws.com signin.amazonaws.com sts.amazonaws.com
    support.amazonaws.com"
  ["trailkeeper hold add --source"]="words activate.amazonaws.com billing.amazonaws.com ce.amazonaws.com
    cloudtrail.amazonaws.com ec2.amazonaws.com health.amazonaws.com iam.amazonaws.com kms.amazonaws.com
    lambda.amazonaws.com organizations.amazonaws.com s3.amazonaws.com signin.amazonaws.com sts.amazonaws.com
    support.amazonaws.com"
  ["trailkeeper findings --source"]="words activate.amazonaws.com billing.amazonaws.com ce.amazonaws.com
    cloudtrail.amazonaws.com ec2.amazonaws.com health.amazonaws.com iam.amazonaws.com kms.amazonaws.com
    lambda.amazonaws.com organizations.amazonaws.com s3.amazonaws.com signin.amazonaws.com sts.amazonaws.com
    support.amazonaws.com"
  ["--eventSource"]="words activate.amazonaws.com billing.amazonaws.com ce.amazonaws.com cloudtrail.amazonaws.com
    ec2.amazonaws.com health.amazonaws.com iam.amazonaws.com kms.amazonaws.com lambda.amazonaws.com
    organizations.amazonaws.com s3.amazonaws.com signin.amazonaws.com sts.amazonaws.com support.amazonaws.com"
  ["--error"]="words any none AccessDenied UnauthorizedOperation ThrottlingException"
  ["--errorCode"]="words any none AccessDenied UnauthorizedOperation ThrottlingException"
  ["trailkeeper events --type"]="words AwsApiCall AwsServiceEvent AwsConsoleAction AwsConsoleSignIn AwsCloudTrailInsight
    AwsVpceEvent"
  ["trailkeeper count --type"]="words AwsApiCall AwsServiceEvent AwsConsoleAction AwsConsoleSignIn AwsCloudTrailInsight
    AwsVpceEvent"
  ["trailkeeper tail --type"]="words AwsApiCall AwsServiceEvent AwsConsoleAction AwsConsoleSignIn AwsCloudTrailInsight
    AwsVpceEvent"
  ["trailkeeper hold add --type"]="words AwsApiCall AwsServiceEvent AwsConsoleAction AwsConsoleSignIn
    AwsCloudTrailInsight AwsVpceEvent"
  ["trailkeeper findings --type"]="words AwsApiCall AwsServiceEvent AwsConsoleAction AwsConsoleSignIn
    AwsCloudTrailInsight AwsVpceEvent"
  ["trailkeeper credits add --type"]="words Activate Support"
  ["--eventType"]="words AwsApiCall AwsServiceEvent AwsConsoleAction AwsConsoleSignIn AwsCloudTrailInsight AwsVpceEvent"
  ["--category"]="words Management Data NetworkActivity Insight"
  ["--eventCategory"]="words Management Data NetworkActivity Insight"
  ["--verdict"]="words not-applicable granted not-granted denied-as-expected denied-though-granted unknown superseded"
  ["--identity"]="words Root IAMUser AssumedRole FederatedUser AWSAccount AWSService IdentityCenterUser SAMLUser
    WebIdentityUser"
  ["--since"]="words 15m 1h 24h 7d 30d 90d now"
  ["--until"]="words 15m 1h 24h 7d 30d 90d now"
  ["trailkeeper count --by"]="list name source user principal access-key account region ip error type category
    user-agent read-only identity role session time event-id request-id resource resource-type verdict eventSource
    eventName awsRegion sourceIPAddress userAgent errorCode eventType eventCategory recipientAccountId readOnly
    userIdentity.type userIdentity.arn userIdentity.principalId userIdentity.accountId userIdentity.userName
    userIdentity.accessKeyId userIdentity.invokedBy userIdentity.sessionContext.sessionIssuer.arn
    userIdentity.sessionContext.sessionIssuer.userName eventID requestID resources[].ARN"
  ["trailkeeper credits summary --by"]="words month service account day"
  ["trailkeeper credits statement --by"]="words service day"
  ["--per"]="words hour day month"
  ["--distinct"]="words name source user principal access-key account region ip error type category user-agent read-only
    identity role session time event-id request-id resource resource-type verdict eventSource eventName awsRegion
    sourceIPAddress userAgent errorCode eventType eventCategory recipientAccountId readOnly userIdentity.type
    userIdentity.arn userIdentity.principalId userIdentity.accountId userIdentity.userName userIdentity.accessKeyId
    userIdentity.invokedBy userIdentity.sessionContext.sessionIssuer.arn
    userIdentity.sessionContext.sessionIssuer.userName eventID requestID resources[].ARN"
  ["--max-memory"]="words 8MiB 32MiB 128MiB 512MiB 1GiB"
  ["--file"]="file"
  ["-f"]="file"
  ["--queries"]="dir"
  ["trailkeeper rejects remove --reason"]="words broken-json invalid-utf8 not-an-object truncated too-deep too-large
    no-event-name bad-event-time digest-file aggregated broken-envelope bad-bill-line s3-notification flattened-row
    service-notification sns-subscription"
  ["trailkeeper credits decide --reason"]="none"
  ["--before"]="words 15m 1h 24h 7d 30d 90d now"
  ["--http"]="words 8417 127.0.0.1:8417 0.0.0.0:8443 6514 24224"
  ["--https"]="words 8417 127.0.0.1:8417 0.0.0.0:8443 6514 24224"
  ["--syslog"]="words 8417 127.0.0.1:8417 0.0.0.0:8443 6514 24224"
  ["--syslog-tls"]="words 8417 127.0.0.1:8417 0.0.0.0:8443 6514 24224"
  ["--forward"]="words 8417 127.0.0.1:8417 0.0.0.0:8443 6514 24224"
  ["--forward-tls"]="words 8417 127.0.0.1:8417 0.0.0.0:8443 6514 24224"
  ["--ndjson"]="words 8417 127.0.0.1:8417 0.0.0.0:8443 6514 24224"
  ["--ndjson-tls"]="words 8417 127.0.0.1:8417 0.0.0.0:8443 6514 24224"
  ["--follow"]="dir"
  ["--tls-cert"]="file"
  ["--tls-key"]="file"
  ["--tls-client-ca"]="file"
  ["--forward-shared-key-file"]="file"
  ["--max-body"]="words 8MiB 32MiB 128MiB 512MiB 1GiB"
  ["--max-in-flight"]="words 8MiB 32MiB 128MiB 512MiB 1GiB"
  ["--max-receiving"]="words 8MiB 32MiB 128MiB 512MiB 1GiB"
  ["--max-query-memory"]="words 8MiB 32MiB 128MiB 512MiB 1GiB"
  ["--log-format"]="words text json"
  ["--log-level"]="words debug info warn error"
  ["--ports-file"]="file"
  ["--config"]="file"
  ["--url"]="words http://127.0.0.1:8417"
  ["--token-file"]="file"
  ["--ca-file"]="file"
  ["--keep"]="words 30d 90d 365d 400d 52w"
  ["--max-size"]="words 1GB 10GB 100GB"
  ["--future"]="words 1h 1d"
  ["--as"]="words principal access-key ip resource"
  ["--new-since"]="words 15m 1h 24h 7d 30d 90d now"
  ["--at"]="words 15m 1h 24h 7d 30d 90d now"
  ["--as-of"]="words 15m 1h 24h 7d 30d 90d now"
  ["trailkeeper credits add --expires"]="none"
  ["trailkeeper credits correct --expires"]="none"
  ["trailkeeper token create --expires"]="words 1d 30d 90d 365d"
  ["--years"]="words 1 2"
  ["--package"]="words Founders Portfolio"
  ["--submitted"]="words 15m 1h 24h 7d 30d 90d now"
  ["--decided"]="words 15m 1h 24h 7d 30d 90d now"
  ["--public-keys"]="file"
  ["--rights"]="list ingest query reveal admin"
)
# end

_trailkeeper_files() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}

# Whether a list with blanks or line feeds has a word.
_trailkeeper_has() { [[ " ${1//$'\n'/ } " == *" $2 "* ]]; }

# What a value may be.
_trailkeeper_offer() {
  case "$1" in
    file) _trailkeeper_files -f ;;
    dir) _trailkeeper_files -d ;;
    words\ *) COMPREPLY=($(compgen -W "${1#words }" -- "$cur")) ;;
    list\ *)
      # What stands before the last comma is kept.
      local before=""
      [[ $cur == *,* ]] && before="${cur%,*},"
      COMPREPLY=($(compgen -P "$before" -W "${1#list }" -- "${cur##*,}"))
      compopt -o nospace 2>/dev/null
      ;;
  esac
}

_trailkeeper() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" path=trailkeeper word i
  COMPREPLY=()

  # --option=value arrives as three words.
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]]; then
    prev="${COMP_WORDS[COMP_CWORD - 2]}"
  fi

  # The command, as far as it is there.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    if [[ $word == -?* ]]; then
      if _trailkeeper_has "$_trailkeeper_flags" "$word"; then continue; fi
      if [[ ${COMP_WORDS[i + 1]-} == "=" ]]; then i=$((i + 1)); fi
      i=$((i + 1))
    elif _trailkeeper_has "${_trailkeeper_commands[$path]-}" "$word"; then
      path+=" $word"
    fi
  done

  if [[ $prev == -?* ]] && ! _trailkeeper_has "$_trailkeeper_flags" "$prev"; then
    word="${prev/#--not-/--}"
    _trailkeeper_offer "${_trailkeeper_values[$path $word]-${_trailkeeper_values[$word]-}}"
    return
  fi
  if [[ $cur != -* && -n ${_trailkeeper_values[$path]-} ]]; then
    _trailkeeper_offer "${_trailkeeper_values[$path]}"
    # A command, or what it would take instead.
    if [[ -n ${_trailkeeper_commands[$path]-} ]]; then
      COMPREPLY+=($(compgen -W "${_trailkeeper_commands[$path]}" -- "$cur"))
    fi
    return
  fi

  local options="${_trailkeeper_options[$path]-} $_trailkeeper_global" more=""
  if _trailkeeper_has "$_trailkeeper_filtering" "${path// //}"; then
    options+=" $_trailkeeper_filters"
    more="$_trailkeeper_more"
  fi
  COMPREPLY=($(compgen -W "${_trailkeeper_commands[$path]-} $options" -- "$cur"))
  # The opposites of filters, and CloudTrail's own names, are offered once somebody asks for one.
  if [[ $cur == --n* || ($cur == --* && ${#COMPREPLY[@]} -eq 0) ]]; then
    COMPREPLY+=($(compgen -W "$more" -- "$cur"))
  fi
}

complete -F _trailkeeper trailkeeper
