package io.bakstripe.sandbox.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.worker.key.kms.KmsOperation;
import io.bakstripe.worker.store.s3.StorePermission;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The policy that the sandbox enforces as the documented one is the one that our requests are said to need, and that {@code iam-policy} prints. */
class DocumentedPolicyTest {
    @Test
    void isTheOneOfOurRequests() {
        Set<String> ours = new TreeSet<>(KmsOperation.permissions());
        StorePermission.ofBackups().forEach(permission -> ours.add(permission.action()));

        assertThat(Policy.DOCUMENTED).containsExactlyInAnyOrderElementsOf(ours);
    }

    @Test
    void everyPermissionOfItIsThatOfARequestThatTheGatewayKnows() {
        for (StorePermission permission : StorePermission.ofBackups()) {
            assertThat(Action.values())
                    .as(permission.action())
                    .anyMatch(action -> action.permissions().contains(permission.action()));
        }
        for (KmsOperation operation : KmsOperation.values()) {
            assertThat(Action.values()).anyMatch(action -> action.permissions().equals(Set.of(operation.permission())));
        }
    }
}
