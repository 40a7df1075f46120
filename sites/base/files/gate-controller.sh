#!/bin/sh
# Stands in for the barrier program: says how many gates it minds, and that it is well.
set -eu
: "${GATES:?the lot's settings name the number of gates}"
echo "ok" >/srv/healthz
echo "site=${SITE} gates=${GATES} open_seconds=${OPEN_SECONDS}" >/srv/index.html
exec httpd -f -p 8081 -h /srv
