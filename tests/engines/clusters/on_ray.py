"""Ray on two cores of this machine: jobs of `walletcore.bulk.cluster`, one a line of JSON, each with an answer."""

import sys

import pyarrow as pa
import ray
import ray.data

from support.clusters import JSON, Assassin, account_of, serve
from walletcore.bulk.arrow import SCHEMA
from walletcore.bulk.cluster import ray_addresses, ray_addresses_of


def dataset(job: JSON) -> ray.data.Dataset:
    """What a job asks for."""
    if "rows" in job:
        return ray_addresses_of(ray.data.from_arrow(pa.table(job["rows"])), account_of(job))
    more = {"changes": job["changes"], "blocks": job.get("partitions")}
    return ray_addresses(account_of(job), job["start"], job["count"], **more)


def run(job: JSON) -> JSON:
    """Do it: into a folder of Parquet, into one table, or into memory, from where nobody takes it."""
    killer = Assassin(lambda command: command.startswith("ray::MapBatches")) if job.get("kill") else None
    found = dataset(job)
    if "parquet" in job:
        found.write_parquet(job["parquet"])
    elif "arrow" in job:
        table = pa.concat_tables([SCHEMA.empty_table(), *ray.get(found.to_arrow_refs())])
        with pa.OSFile(job["arrow"], "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    else:
        for _ in found.iter_batches(batch_format="pyarrow", batch_size=None):
            pass
    return {"killed": killer.killed} if killer else {}


if __name__ == "__main__":
    ray.init(num_cpus=2, include_dashboard=False, object_store_memory=256 << 20, _temp_dir=sys.argv[1])
    ray.data.DataContext.get_current().enable_progress_bars = False
    serve(run)
    ray.shutdown()
