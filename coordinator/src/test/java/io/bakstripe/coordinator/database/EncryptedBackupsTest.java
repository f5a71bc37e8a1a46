package io.bakstripe.coordinator.database;

import static io.bakstripe.coordinator.Samples.NOON;
import static io.bakstripe.coordinator.database.Given.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupOpened;
import io.bakstripe.coordinator.journal.DatabaseEvent.BackupStarted;
import io.bakstripe.coordinator.journal.DatabaseEvent.TaskCreated;
import io.bakstripe.protocol.instance.BackupSetInfo;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.InstanceEncryption;
import io.bakstripe.protocol.instance.InstanceView;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.protocol.task.TaskDetail;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What tells workers, tasks and sets how files are encrypted: the call, and the instance as it was when the call came. */
class EncryptedBackupsTest {
    private static final KeyArn KEY = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/named");
    private static final KeyArn OTHER = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/other");
    private static final EncryptionSpec BOTH = new EncryptionSpec(EncryptionMode.AUTHENTICATED, List.of(KEY, OTHER));
    private static final EncryptionSpec MODE_1 = new EncryptionSpec(EncryptionMode.ENCRYPTION_ONLY, List.of(KEY));
    private static final InstanceEncryption DECLARED =
            new InstanceEncryption(EncryptionMode.AUTHENTICATED, List.of(OTHER), false);

    private BackupHistory history = BackupHistory.none();

    private static InstanceView view(InstanceEncryption encryption) {
        InstanceDefinition plain = Samples.definition(1);
        return new InstanceView(
                new InstanceDefinition(
                        plain.name(),
                        plain.revision(),
                        plain.engine(),
                        plain.edition(),
                        plain.region(),
                        plain.timeZone(),
                        plain.multiAz(),
                        plain.host(),
                        plain.databases(),
                        plain.windows(),
                        plain.option(),
                        encryption),
                true);
    }

    private static BackupRequest backup(BackupType type, Optional<KeyArn> key, Optional<EncryptionMode> mode) {
        return new BackupRequest(
                Samples.SHOP,
                type,
                S3Arn.parse("arn:aws:s3:::bucket/" + type + key.isPresent() + mode),
                false,
                1,
                false,
                key,
                mode);
    }

    private static TaskCreated created(TaskId task, BackupRequest request, InstanceEncryption encryption) {
        TaskCreated plain = Given.created(task, request);
        return new TaskCreated(
                plain.task(),
                plain.submission(),
                plain.key(),
                request,
                plain.display(),
                view(encryption),
                plain.login(),
                plain.waitsFor(),
                plain.at(),
                plain.set());
    }

    private static List<StripeCommand.StripeSpec> ordered(BackupRequest request, InstanceEncryption encryption) {
        DatabaseRecord streaming = Given.after(
                DatabaseRecord.empty(),
                created(ONE, request, encryption),
                new BackupStarted(ONE, 1, 1, Samples.SET, List.of("begins"), NOON, BackupBasis.full(true)),
                new BackupOpened(ONE, 1, Samples.start(), List.of(1_000L), 7, NOON));
        return new Orders(Samples.SHOP_REF)
                .due(streaming, Given.live(), new Tidying(Samples.SHOP_REF)).stream()
                        .filter(Order.Stripe.class::isInstance)
                        .map(order -> ((Order.Stripe) order).tick())
                        .map(StripeCommand.Ensure.class::cast)
                        .map(StripeCommand.Ensure::spec)
                        .toList();
    }

    @Test
    void workersAreToldModeAndAllKeys() {
        BackupRequest byDefault = backup(BackupType.FULL, Optional.of(KEY), Optional.empty());
        BackupRequest chosen = backup(BackupType.FULL, Optional.of(KEY), Optional.of(EncryptionMode.ENCRYPTION_ONLY));
        BackupRequest plain = backup(BackupType.FULL, Optional.empty(), Optional.empty());

        assertThat(ordered(byDefault, DECLARED))
                .extracting(StripeCommand.StripeSpec::encryption)
                .containsExactly(Optional.of(BOTH));
        assertThat(ordered(chosen, DECLARED))
                .extracting(StripeCommand.StripeSpec::encryption)
                .containsExactly(Optional.of(MODE_1));
        assertThat(ordered(byDefault, InstanceEncryption.DEFAULT))
                .extracting(StripeCommand.StripeSpec::encryption)
                .containsExactly(Optional.of(MODE_1));
        assertThat(ordered(plain, DECLARED))
                .extracting(StripeCommand.StripeSpec::encryption)
                .containsExactly(Optional.empty());
    }

    private TaskDetail publish(int number, BackupRequest request, BackupBasis basis, InstanceEncryption encryption) {
        BackupSetId set = new BackupSetId(new UUID(3, number));
        TaskState task = TaskState.create(created(new TaskId(number), request, encryption));
        Attempt attempt = Attempt.begin(1, 1, Optional.of(set), task.files(), basis)
                .opened(Samples.start(), List.of(1_000L), 7)
                .stopped(Samples.stop(), List.of(), 9);
        TaskState done = new TaskState(
                task.id(),
                task.origin(),
                TaskPhase.PUBLISHING,
                Optional.of(NOON),
                Optional.of(attempt),
                0,
                0,
                List.of(),
                NOON,
                Optional.empty(),
                Optional.empty());
        TaskDetail detail = TaskDetails.ended(done, Given.live(), TaskEnd.SUCCESS, NOON);
        history = history.published(done, detail, NOON);
        return detail;
    }

    @Test
    void tasksAndSetsShowModeAndKeys() {
        TaskDetail detail =
                publish(1, backup(BackupType.FULL, Optional.of(KEY), Optional.empty()), BackupBasis.full(true), DECLARED);

        assertThat(detail.encryption()).contains(BOTH);
        assertThat(detail.row().kmsMasterKeyArn()).contains(KEY.toString());
        assertThat(TaskDetails.remarked(detail, "another line", NOON).encryption()).contains(BOTH);
        assertThat(history.sets()).extracting(BackupSetInfo::encryption).containsExactly(Optional.of(BOTH));
        history = history.overwritten(history.sets().get(0).files());
        assertThat(history.sets()).extracting(BackupSetInfo::encryption).containsExactly(Optional.of(BOTH));
    }

    @Test
    void aDifferentialMayBeEncryptedInAnotherWayThanItsBase() {
        publish(1, backup(BackupType.FULL, Optional.of(KEY), Optional.empty()), BackupBasis.full(true), DECLARED);
        BackupRequest encryptionOnly =
                backup(BackupType.DIFFERENTIAL, Optional.of(KEY), Optional.of(EncryptionMode.ENCRYPTION_ONLY));
        BackupRequest plain = backup(BackupType.DIFFERENTIAL, Optional.empty(), Optional.empty());
        DatabaseRecord state = new DatabaseRecord(
                Optional.empty(), Optional.empty(), List.of(), List.of(), List.of(), history, List.of(), List.of());

        for (BackupRequest differential : List.of(encryptionOnly, plain)) {
            assertThat(BackupRules.refusal(state, view(DECLARED), differential, true)).isEmpty();
        }
        publish(2, encryptionOnly, BackupBasis.differential(history.base().orElseThrow()), DECLARED);
        publish(3, plain, BackupBasis.differential(history.base().orElseThrow()), DECLARED);

        assertThat(history.sets())
                .extracting(BackupSetInfo::encryption)
                .containsExactly(Optional.empty(), Optional.of(MODE_1), Optional.of(BOTH));
        assertThat(history.sets().get(2).servesAsBase()).isTrue();
    }

    /** As rows are that name a key and come from before there was a choice. */
    @Test
    void aTaskThatTellsItsKeyOnlyWasEncryptedInTheFirstMode() {
        TaskDetail detail =
                publish(1, backup(BackupType.FULL, Optional.of(KEY), Optional.empty()), BackupBasis.full(true), DECLARED);

        TaskDetail earlier = new TaskDetail(
                detail.instance(),
                detail.row(),
                detail.phase(),
                detail.attempt(),
                detail.startedAt(),
                detail.endedAt(),
                detail.backupSet(),
                detail.bytesDone(),
                detail.bytesTotal(),
                detail.copyStatements(),
                detail.stripes(),
                detail.problem());

        assertThat(earlier.encryption()).contains(MODE_1);
    }
}
