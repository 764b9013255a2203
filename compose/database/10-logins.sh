#!/bin/sh
# Runs once, when the cluster is made: the login of the worker, which may do what the role recon_worker may, and the database of the
# emulated shop. The roles themselves belong to the migrations, which leave one alone that is there.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
  --set=password="$(cat /secrets/database/worker-password)" <<'SQL'
create role recon_worker nologin;
create role recon_service login password :'password' in role recon_worker;
create database shop;
SQL
