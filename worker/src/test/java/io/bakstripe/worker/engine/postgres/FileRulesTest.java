package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileRulesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postmaster.pid",
                "postmaster.opts",
                "backup_label",
                "tablespace_map",
                "standby.signal",
                "global/pg_control",
                "global/pg_internal.init",
                "base/5/pg_internal.init.4711",
                "base/5/t3_16399",
                "base/5/t3_16399_fsm",
                "base/5/t3_16399.1",
                "base/pgsql_tmp/pgsql_tmp12.3",
                "pg_tblspc/16400/PG_18_202506291/5/t3_16399",
                "pg_tblspc/16400/PG_18_202506291/5/t3_16399_vm.2"
            })
    void leavesOut(String path) {
        assertThat(FileRules.leavesOut(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PG_VERSION",
                "postgresql.auto.conf",
                "global/pg_filenode.map",
                "base/5/16399",
                "base/5/16399_init",
                "base/5/16399.1",
                "pg_tblspc/16400/PG_18_202506291/5/16399",
                "log/postmaster.pid.txt",
                "base/5/t3",
                "pg_xact/0000"
            })
    void keeps(String path) {
        assertThat(FileRules.leavesOut(path)).isFalse();
    }
}
