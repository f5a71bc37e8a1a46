package io.bakstripe.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BaseFilesTest {
    @Test
    void knowsTheSizeOfEveryFileThatWasAdded() {
        BaseFiles files = new BaseFiles();
        Map<String, Long> expected = new HashMap<>();
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            String path = (i % 3 == 0 ? "pg_tblspc/1/PG_18_1/" : "base/5/é") + random.nextInt(80_000);
            long size = random.nextInt(50) * 8192L;
            expected.put(path, size);
            files.add(path, size);
        }

        assertThat(files.count()).isEqualTo(expected.size());
        assertThat(expected)
                .allSatisfy((path, size) -> assertThat(files.size(path)).hasValue(size));
        assertThat(files.size("base/5/")).isEmpty();
        assertThat(files.size("base/5/é80001")).isEmpty();
        assertThat(new BaseFiles().size("base/5/1")).isEmpty();
    }
}
