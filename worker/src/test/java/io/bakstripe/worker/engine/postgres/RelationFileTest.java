package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelationFileTest {
    @ParameterizedTest
    @CsvSource({
        "base/5/16384, 0",
        "base/5/16384.1, 1",
        "base/5/16384_fsm, 0",
        "base/5/16384_vm.12, 12",
        "base/5/16384_init, 0",
        "global/1262, 0",
        "global/1262_vm, 0",
        "pg_tblspc/16400/PG_18_202506291/5/16401.3, 3"
    })
    void knowsFilesOfPagesAndTheirSegment(String path, long segment) {
        assertThat(RelationFile.of(path).map(RelationFile::segment)).contains(segment);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PG_VERSION",
                "base/5/PG_VERSION",
                "base/5/pg_filenode.map",
                "base/5/pg_internal.init",
                "base/5/t3_16384",
                "base/pgsql_tmp/pgsql_tmp12.0",
                "base/5/16384_other",
                "base/5/16384.x",
                "global/pg_control",
                "pg_xact/0000",
                "pg_wal/000000010000000000000001",
                "pg_tblspc/16400/5/16401",
                "elsewhere/base/5/16384"
            })
    void leavesAllOtherFilesAlone(String path) {
        assertThat(RelationFile.of(path)).isEmpty();
    }
}
