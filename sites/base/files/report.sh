#!/bin/sh
# Asks the lot's services for the day's figures and prints them.
set -eu
echo "report for ${SITE}, prices in ${CURRENCY}"
for service in gate-controller:8081 payment-terminal:8082 relay:8084; do
	echo "${service}: $(wget -q -T 10 -O - "http://${service}/")"
done
