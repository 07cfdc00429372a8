"""Spark on two cores of this machine: jobs of `walletcore.bulk.cluster`, one a line of JSON, each with an answer."""

import sys

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from support.clusters import JSON, Assassin, account_of, serve
from walletcore.bulk.cluster import spark_addresses, spark_addresses_of


def session(folder: str) -> SparkSession:
    """Tasks may fail three times, as on a cluster; what a cluster's owner would keep of jobs is kept in the folder."""
    built = SparkSession.builder.master("local[2,4]")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": folder,
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": folder,
        "spark.sql.warehouse.dir": folder,
    }.items():
        built = built.config(name, value)
    return built.getOrCreate()


def frame(job: JSON) -> DataFrame:
    """What a job asks for."""
    if "rows" in job:
        return spark_addresses_of(spark.createDataFrame(pa.table(job["rows"])), account_of(job))
    more = {"changes": job["changes"], "partitions": job.get("partitions")}
    return spark_addresses(spark, account_of(job), job["start"], job["count"], **more)


def run(job: JSON) -> JSON:
    """Do it: into a folder of Parquet, into one table, or into nothing, which is Spark's own way to time a job."""
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(job.get("batch", 10_000)))
    killer = Assassin(lambda command: "pyspark.daemon" in command) if job.get("kill") else None
    found = frame(job)
    if "parquet" in job:
        found.write.parquet(job["parquet"])
    elif "arrow" in job:
        table = found.toArrow()
        with pa.OSFile(job["arrow"], "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    else:
        found.write.format("noop").mode("overwrite").save()
    return {"killed": killer.killed, "failed": failed()} if killer else {}


def failed() -> int:
    """How many tasks have failed so far."""
    tracker = spark.sparkContext.statusTracker()
    jobs = [job for number in tracker.getJobIdsForGroup() if (job := tracker.getJobInfo(number))]
    stages = [stage for job in jobs for number in job.stageIds if (stage := tracker.getStageInfo(number))]
    return sum(stage.numFailedTasks for stage in stages)


if __name__ == "__main__":
    spark = session(sys.argv[1])
    serve(run)
    spark.stop()
