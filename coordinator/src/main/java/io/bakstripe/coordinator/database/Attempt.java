package io.bakstripe.coordinator.database;

import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.BackupBasis;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.Extent;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.util.List;
import java.util.Optional;

/**
 * How far an attempt has come, as recorded.
 *
 * @param number 1 for the first attempt
 * @param epoch that its workers were told
 * @param percent of the task, in steps of 5; never falls within an attempt
 * @param start once the engine's backup is open
 * @param stop once it is stopped
 * @param inline the closing plan's small files, once the engine's backup is stopped
 * @param files the stripes' objects; for restores known once the set is applied
 * @param total plain bytes of each stripe
 * @param done plain bytes done of each stripe
 * @param statements sent by the session
 * @param failure why it is rolled back
 * @param damage damaged pages among the data, once all are read
 * @param basis of a backup: what it goes on from
 */
record Attempt(
        int number,
        long epoch,
        int percent,
        Optional<BackupSetId> setId,
        Optional<StartFacts> start,
        Optional<StopFacts> stop,
        List<Extent> inline,
        List<S3Arn> files,
        List<Long> total,
        List<Long> done,
        long statements,
        Optional<Failure> failure,
        Damage damage,
        BackupBasis basis) {

    /**
     * Why an attempt is rolled back.
     *
     * @param again whether another one follows
     * @param visible stripes that readers can see although the set is not whole
     */
    record Failure(Problem problem, boolean again, List<Integer> visible) {
        Failure {
            visible = List.copyOf(visible);
        }
    }

    Attempt {
        inline = List.copyOf(inline);
        files = List.copyOf(files);
        total = List.copyOf(total);
        done = List.copyOf(done);
        // Snapshots of the first release do not have these.
        damage = damage == null ? Damage.none() : damage;
        basis = basis == null ? BackupBasis.full(false) : basis;
    }

    /** @param setId of a backup that it makes, or of the set that it restores */
    static Attempt begin(int number, long epoch, Optional<BackupSetId> setId, List<S3Arn> files, BackupBasis basis) {
        return new Attempt(
                number,
                epoch,
                0,
                setId,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                files,
                List.of(),
                List.of(),
                0,
                Optional.empty(),
                Damage.none(),
                basis);
    }

    Attempt opened(StartFacts facts, List<Long> stripeBytes, long sessionStatements) {
        return new Attempt(
                number,
                epoch,
                percent,
                setId,
                Optional.of(facts),
                stop,
                inline,
                files,
                stripeBytes,
                done,
                sessionStatements,
                failure,
                damage,
                basis);
    }

    /** @param newTotal empty where the totals stay as they are */
    Attempt progressed(int newPercent, List<Long> newDone, List<Long> newTotal) {
        return new Attempt(
                number,
                epoch,
                Math.max(percent, newPercent),
                setId,
                start,
                stop,
                inline,
                files,
                newTotal.isEmpty() ? total : newTotal,
                newDone,
                statements,
                failure,
                damage,
                basis);
    }

    Attempt damaged(Damage found) {
        return new Attempt(
                number,
                epoch,
                percent,
                setId,
                start,
                stop,
                inline,
                files,
                total,
                done,
                statements,
                failure,
                found,
                basis);
    }

    Attempt drained() {
        return progressed(Percent.ALL_DATA, total, List.of());
    }

    Attempt stopped(StopFacts facts, List<Extent> small, long sessionStatements) {
        return new Attempt(
                number,
                epoch,
                percent,
                setId,
                start,
                Optional.of(facts),
                small,
                files,
                total,
                done,
                sessionStatements,
                failure,
                damage,
                basis);
    }

    Attempt applied(Optional<BackupSetId> set, List<S3Arn> setFiles, List<Long> fileBytes) {
        return new Attempt(
                number,
                epoch,
                Percent.ALL_DATA,
                set,
                start,
                stop,
                inline,
                setFiles,
                fileBytes,
                fileBytes,
                statements,
                failure,
                damage,
                basis);
    }

    Attempt failed(Problem problem, boolean again, List<Integer> visible) {
        return new Attempt(
                number,
                epoch,
                percent,
                setId,
                start,
                stop,
                inline,
                files,
                total,
                done,
                statements,
                Optional.of(new Failure(problem, again, visible)),
                damage,
                basis);
    }

    /** How far it came, for comparing attempts: the percentage, and one more once the engine's backup was stopped. */
    int reach() {
        return percent + (stop.isPresent() ? 1 : 0);
    }

    long totalBytes() {
        return total.stream().mapToLong(Long::longValue).sum();
    }
}
