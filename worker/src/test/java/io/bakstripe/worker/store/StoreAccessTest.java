package io.bakstripe.worker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.RestoreCommand.RestoreSpec;
import io.bakstripe.protocol.message.RestoreCommand.RestoreStep;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Storage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StoreAccessTest {
    private static final InstanceName INSTANCE = new InstanceName("main");
    private static final AttemptRef ATTEMPT = new AttemptRef(INSTANCE, new TaskId(3), 1);
    private static final DatabaseName SHOP = new DatabaseName("shop");
    private static final HostName HOST = new HostName("h1");
    private static final InstanceView VIEW = new InstanceView(
            new InstanceDefinition(
                    INSTANCE,
                    1,
                    "postgresql",
                    Edition.ENTERPRISE,
                    "us-east-1",
                    "UTC",
                    false,
                    Optional.of(HOST),
                    List.of()),
            true);

    private static RestoreSpec spec(Storage storage) {
        RestoreStep step = new RestoreStep(
                RestoreStep.Kind.FULL,
                Optional.of(S3Arn.parse("arn:aws:s3:::bucket/shop.bak")),
                Optional.empty(),
                Optional.empty());
        return new RestoreSpec(
                ATTEMPT, DatabaseRef.of(INSTANCE, SHOP), SHOP, VIEW, HOST, step, Optional.empty(), storage, Optional.empty());
    }

    @Test
    void aRestoreReadsWhereItsFilesAre() {
        assertThat(StoreAccess.of(spec(Storage.NATIVE))).isEqualTo(StoreAccess.of(ATTEMPT, VIEW));
        assertThat(StoreAccess.of(spec(Storage.SNAPSHOTS)))
                .isEqualTo(StoreAccess.of(ATTEMPT, VIEW).in(Storage.SNAPSHOTS));
    }
}
