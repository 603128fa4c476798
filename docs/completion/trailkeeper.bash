# bash completion for trailkeeper
# shellcheck shell=bash disable=SC2207

_trailkeeper_fields="time name verdict event-id request-id resource resource-type source user principal access-key account region ip error type category user-agent read-only
  identity role eventName eventSource awsRegion sourceIPAddress userAgent errorCode errorMessage eventID requestID eventType
  eventCategory recipientAccountId readOnly userIdentity.type userIdentity.arn userIdentity.principalId
  userIdentity.accountId userIdentity.userName userIdentity.accessKeyId userIdentity.invokedBy resources[].ARN
  tlsDetails.tlsVersion vpcEndpointId"

_trailkeeper_files() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}

_trailkeeper_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }

# One field of a list with commas: what stands before the last comma is kept.
_trailkeeper_list() {
  local before=""
  [[ $cur == *,* ]] && before="${cur%,*},"
  COMPREPLY=($(compgen -P "$before" -W "$1" -- "${cur##*,}"))
  compopt -o nospace 2>/dev/null
}

_trailkeeper() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" command="" i
  local commands="replay events show count evaluate policies recheck investigate findings explain credits access least-privilege rejects stats serve tail retain hold token journal compact backup restore verify"
  local filters="--event-id --name --source --user --principal --access-key --account --region --ip --error --resource --resource-type --type
    --category --request-id --user-agent --verdict --identity --role --read-only --write-only"
  # Every filter but the times has its opposite, which is offered once somebody asks for one.
  if [[ $cur == --n* ]]; then filters+=" ${filters//--/--not-}"; fi
  filters+=" --since --until --superseded"
  COMPREPLY=()

  # --option=value arrives as three words.
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]]; then
    prev="${COMP_WORDS[COMP_CWORD - 2]}"
  fi

  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ " $commands " == *" ${COMP_WORDS[i]} "* && ! ${COMP_WORDS[i - 1]} =~ ^(--store|--output|-o|=)$ ]]; then
      command="${COMP_WORDS[i]}"
      break
    fi
  done

  case "$prev" in
    --store) _trailkeeper_files -d; return ;;
    --output | -o) _trailkeeper_words "table json ndjson csv raw"; return ;;
    --verdict | --not-verdict) _trailkeeper_words "granted not-granted denied-as-expected denied-though-granted unknown not-applicable"; return ;;
    --order) _trailkeeper_words "newest oldest"; return ;;
    --per) _trailkeeper_words "hour day month"; return ;;
    --by)
      if [[ " ${COMP_WORDS[*]} " == *" credits "* ]]; then _trailkeeper_words "month service account day"
      else _trailkeeper_list "$_trailkeeper_fields"; fi
      return ;;
    --fields) _trailkeeper_list "$_trailkeeper_fields"; return ;;
    --error | --not-error) _trailkeeper_words "any none AccessDenied UnauthorizedOperation ThrottlingException"; return ;;
    --type | --not-type)
      _trailkeeper_words "AwsApiCall AwsServiceEvent AwsConsoleAction AwsConsoleSignIn AwsCloudTrailInsight AwsVpceEvent"
      return ;;
    --category | --not-category) _trailkeeper_words "Management Data NetworkActivity Insight"; return ;;
    --source | --not-source)
      _trailkeeper_words "activate.amazonaws.com billing.amazonaws.com ce.amazonaws.com cloudtrail.amazonaws.com
        ec2.amazonaws.com health.amazonaws.com iam.amazonaws.com kms.amazonaws.com lambda.amazonaws.com
        organizations.amazonaws.com s3.amazonaws.com signin.amazonaws.com sts.amazonaws.com support.amazonaws.com"
      return ;;
    --http | --https | --syslog | --syslog-tls | --forward | --forward-tls | --ndjson | --ndjson-tls)
      _trailkeeper_words "8417 127.0.0.1:8417 0.0.0.0:8443 6514 24224"; return ;;
    --follow) _trailkeeper_files -d; return ;;
    --tls-cert | --tls-key | --tls-client-ca | --forward-shared-key-file | --ports-file | --config | --token-file | --ca-file)
      _trailkeeper_files -f; return ;;
    --log-format) _trailkeeper_words "text json"; return ;;
    --log-level) _trailkeeper_words "debug info warn error"; return ;;
    --max-body | --max-in-flight | --max-receiving | --max-query-memory | --max-memory) _trailkeeper_words "8MiB 32MiB 128MiB 512MiB 1GiB"; return ;;
    --rights) _trailkeeper_list "ingest query reveal admin"; return ;;
    --expires) _trailkeeper_words "1d 30d 90d 365d"; return ;;
    --keep) _trailkeeper_words "30d 90d 365d 400d 7w 52w"; return ;;
    --max-size) _trailkeeper_words "1GB 10GB 100GB"; return ;;
    --since | --until | --at) _trailkeeper_words "15m 1h 24h 7d 30d 90d now"; return ;;
    --identity | --not-identity)
      _trailkeeper_words "Root IAMUser AssumedRole FederatedUser AWSAccount AWSService IdentityCenterUser SAMLUser WebIdentityUser"
      return ;;
    --not-read-only | --not-write-only) ;;
    --event-id | --role | --not-* | --name | --user | --principal | --access-key | --account | --region | --ip | --resource | --resource-type | --request-id | \
      --user-agent | --limit | --top | --workers | --url | --tls-client-name | --host-name | --max-connections | --*-timeout) return ;;
  esac

  local global="--store --output --wide --no-pager --skip-damaged --help"
  case "$command" in
    "") _trailkeeper_words "$commands $global --version" ;;
    replay) if [[ $cur == -?* ]]; then _trailkeeper_words "--workers --no-verdicts --strict-variants $global"; else _trailkeeper_files -f; fi ;;
    events) _trailkeeper_words "$filters --limit --order --fields --reveal $global" ;;
    count) _trailkeeper_words "$filters --by --per --top --max-memory $global" ;;
    evaluate) if [[ $cur == -?* ]]; then _trailkeeper_words "$global"; else _trailkeeper_files -f; fi ;;
    policies)
      if [[ $cur == -?* ]]; then _trailkeeper_words "--at $global"
      elif [[ $prev == policies ]]; then _trailkeeper_words "load list show forget"
      else _trailkeeper_files -f; fi ;;
    credits)
      if [[ $cur == -?* ]]; then
        case " ${COMP_WORDS[*]} " in
          *" import "*) _trailkeeper_words "--as-of $global" ;;
          *" add "*) _trailkeeper_words "--account --amount --issued --expires --years --type --from --id --application --service $global" ;;
          *" apply "*) _trailkeeper_words "--account --amount --org-id --startup --email --founded --stage --website --profile --country --package --id --submitted $global" ;;
          *" decide "*) _trailkeeper_words "--account --approved --denied --amount --reason --override --decided $global" ;;
          *" correct "*) _trailkeeper_words "--account --amount --issued --expires --owner --service --withdraw --because $global" ;;
          *" notices "*) _trailkeeper_words "--at --due --since $global" ;;
          *" summary "*) _trailkeeper_words "--at --by $global" ;;
          *" statement "*) _trailkeeper_words "--at --month --by $global" ;;
          *) _trailkeeper_words "--at $global" ;;
        esac
      elif [[ $prev == credits ]]; then _trailkeeper_words "summary statement ledger applications notices forecast reconcile check settings import add apply decide correct"
      else _trailkeeper_files -f; fi ;;
    recheck) _trailkeeper_words "--all $global" ;;
    investigate) _trailkeeper_words "--as --since --until --new-since --top $global" ;;
    findings) _trailkeeper_words "$filters --limit --exit-code $global" ;;
    access) _trailkeeper_words "--at $global" ;;
    least-privilege) _trailkeeper_words "--since --at $global" ;;
    explain) _trailkeeper_words "$global" ;;
    rejects)
      if [[ $prev == rejects && $cur != -* ]]; then _trailkeeper_words "remove limit"
      else _trailkeeper_words "--limit --reveal --source --reason --before --all --dry-run $global"; fi ;;
    serve)
      _trailkeeper_words "--http --https --syslog --syslog-tls --forward --forward-tls --ndjson --ndjson-tls --follow --tls-cert --tls-key
        --tls-client-ca --tls-client-name --host-name --forward-shared-key-file --allow-plaintext --allow-unauthenticated --max-connections
        --strict-variants --max-body --max-in-flight --max-receiving --max-query-memory --header-timeout --body-timeout --idle-timeout --stream-timeout
        --query-timeout --drain-timeout --workers --log-format --log-level --ports-file --config $global" ;;
    tail) _trailkeeper_words "$filters --url --token-file --ca-file --fields $global" ;;
    retain) _trailkeeper_words "--keep --max-size --account --future --dry-run $global" ;;
    token) _trailkeeper_words "create list revoke open --rights --expires --aws --yes $global" ;;
    hold) _trailkeeper_words "add list release $filters $global" ;;
    backup | restore) if [[ $cur == -?* ]]; then _trailkeeper_words "$global"; else _trailkeeper_files -d; fi ;;
    show) _trailkeeper_words "--reveal $global" ;;
    stats | journal | compact | verify) _trailkeeper_words "$global" ;;
  esac
}

complete -F _trailkeeper trailkeeper
