"""postgresql.conf entries of ours, by kind of cluster."""

BASE_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "150",
    # One transaction may build or drop a whole organisation: several hundred tables with their indexes.
    "max_locks_per_transaction": "512",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}
SMALL_SETTINGS = {
    "max_connections": "40",
    "shared_buffers": "24MB",
    "max_locks_per_transaction": "256",
    "work_mem": "2MB",
    "maintenance_work_mem": "16MB",
    "wal_buffers": "1MB",
    "max_worker_processes": "2",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "1",
}
TEST_SETTINGS = {
    # The test cluster may be lost at any time: speed only.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "30min",
}
