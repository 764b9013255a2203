"""Two full outer joins with DuckDB: by the processor's id, then by the order number.
Usage: duckdb_join.py WORLD RESULT. Prints one JSON line."""
import json
import resource
import sys
import time

import duckdb

VERDICT = """
  case when p.currency <> i.currency then 'currency_mismatch' when p.kind <> i.kind then 'kind_mismatch'
       when p.amount <> i.amount then 'amount_mismatch' when p.status <> i.status then 'status_mismatch'
       when p.fee <> i.fee then 'fee_mismatch' else 'matched' end"""


def read(path, amount):
    return f"""select * exclude (status, fee), {amount}::decimal(18, 4) as amount_, fee::decimal(18, 4) as fee,
      coalesce(status, 'settled') as status from read_csv('{path}', header = true, all_varchar = true)"""


def main(world, result):
    started = time.monotonic()
    db = duckdb.connect()
    db.execute(f"create table processor as select *, amount_ as amount from ({read(world + '/processor.csv', 'gross')})")
    db.execute(f"create table internal as select * exclude (amount), amount_ as amount from ({read(world + '/internal.csv', 'amount')})")
    db.execute(f"""
      create table by_id as select p.id as p_id, i.id as i_id, {VERDICT} as verdict
      from processor p full join internal i on i.processorReference = p.id""")
    db.execute("create table pairs as select * from by_id where p_id is not null and i_id is not null")
    db.execute(f"""
      insert into pairs
      with p as (select * from processor where id not in (select p_id from pairs)),
           i as (select * from internal where id not in (select i_id from pairs))
      select p.id, i.id, {VERDICT} from p full join i on i.merchantReference = p.merchantReference and i.kind = p.kind
      where p.id is not null and i.id is not null""")
    db.execute(f"""
      copy (select 'processor' as side, p_id as id, any_value(verdict) as verdict, p_id as "group" from pairs group by p_id
            union all select 'internal', i_id, any_value(verdict), any_value(p_id) from pairs group by i_id
            union all select 'processor', id, 'missing_internal', '' from processor where id not in (select p_id from pairs)
            union all select 'internal', id, 'missing_processor', '' from internal where id not in (select i_id from pairs))
      to '{result}' (header)""")
    seconds = time.monotonic() - started
    print(json.dumps({"seconds": seconds, "rssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


main(sys.argv[1], sys.argv[2])
