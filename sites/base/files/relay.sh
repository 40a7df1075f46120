#!/bin/sh
# Stands in for the relay: takes events in and keeps them until headquarters answers.
set -eu
: "${UPSTREAM_TOKEN:?the relay's secret names the token}"
echo "ok" >/srv/healthz
echo "site=${SITE} queued=0" >/srv/index.html
exec httpd -f -p 8084 -h /srv
