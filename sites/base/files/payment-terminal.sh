#!/bin/sh
# Stands in for the payment terminal: shows the price it would charge.
set -eu
: "${TARIFF:?the lot's settings name a tariff}"
echo "ok" >/srv/healthz
echo "terminal=${TERMINAL_ID} ${TARIFF} ${CURRENCY} an hour, ${VAT_PERCENT}% VAT included" >/srv/index.html
exec httpd -f -p 8082 -h /srv
