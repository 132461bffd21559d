#!/bin/sh
# The commit that r10k or g10k deployed: ENVIRONMENTPATH ENVIRONMENT
sed -n 's/.*"signature": *"\([0-9a-f]*\)".*/\1/p' "$1/$2"/.?10k-deploy.json | head -n 1
