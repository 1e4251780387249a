/** The text of `millrace --help`; each line fits 80 columns. */
export const help = `Millrace: Delta tables and streaming queries, without a cluster

Usage
  millrace sql "<text>"                 run SQL; several statements with ;
  millrace read <table-or-path>         print a table
      [--version N | --timestamp T] [--changes A..B] [--limit N]
  millrace history <table-or-path>      its versions, newest first [--limit N]
  millrace detail <table-or-path>       what it is and where
  millrace tail <table-or-path>         the rows of new commits as they come
      [--from VERSION]
  millrace run <file.ts|file.js>        run a program
  millrace checkpoint inspect <dir>     where a streaming query stands
  millrace checkpoint export <dir> <new-dir>
                                        copy it, files in Spark's layout
  millrace checkpoint import <dir> <file>
                                        take an export of cloud_files_state
                                        (parquet, csv, json) as files read
  millrace notification list <path>     what tells streams of new files there
  millrace notification setup <path> <name>
                                        make a queue that is told of them
  millrace notification teardown <path> <id>
                                        remove what was made for a stream
      [--option cloudFiles.NAME=VALUE]

Options
  --warehouse DIR               where tables named without a path lie
                                (default: spark-warehouse)
  --conf NAME=VALUE             an option of the session, as often as wanted
  --output table|ndjson|json    how rows are printed (default: table)
  --verbose                     with an error, also the stack
  -h, --help                    this text

A path has a slash or begins with a dot (./events, s3://bucket/events); all else
is a table.
Data goes to stdout, talk to stderr.
Exit code: 0 done, 1 failed, 2 wrong usage.

Examples
  millrace sql "SELECT device, count(*) FROM iot_data GROUP BY device"
  millrace read main.default.iot_data --version 3 --output ndjson
  millrace read ./data/events --timestamp 2026-01-31T12:00:00Z
  millrace history iot_data --limit 5
  millrace tail iot_data --output ndjson | jq .temp
  millrace run pipeline.ts
  millrace checkpoint inspect ./checkpoints/silver
  millrace notification list s3://bucket --option cloudFiles.region=us-east-1`;
