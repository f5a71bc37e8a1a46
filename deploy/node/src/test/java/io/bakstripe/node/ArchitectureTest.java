package io.bakstripe.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.bakstripe.protocol.serialization.CborSerializable;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** The rules of docs/architecture.md: who may know whom, and what decisions may not reach for. */
@AnalyzeClasses(
        packages = "io.bakstripe",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.WithoutTestJars.class})
final class ArchitectureTest {
    /** Fixtures that another module shares come as a jar once that module is packaged. */
    static final class WithoutTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static final String PROTOCOL = "io.bakstripe.protocol..";
    private static final String COORDINATOR = "io.bakstripe.coordinator..";
    private static final String WORKER = "io.bakstripe.worker..";
    private static final String API = "io.bakstripe.api..";
    private static final String NODE = "io.bakstripe.node..";

    @ArchTest
    static final ArchRule protocolKnowsNoOtherModule = noClasses()
            .that()
            .resideInAPackage(PROTOCOL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(COORDINATOR, WORKER, API, NODE);

    @ArchTest
    static final ArchRule coordinatorKnowsOnlyTheProtocol = noClasses()
            .that()
            .resideInAPackage(COORDINATOR)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(WORKER, API, NODE);

    @ArchTest
    static final ArchRule workerKnowsOnlyTheProtocol = noClasses()
            .that()
            .resideInAPackage(WORKER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(COORDINATOR, API, NODE);

    @ArchTest
    static final ArchRule apiKnowsOnlyTheProtocol = noClasses()
            .that()
            .resideInAPackage(API)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(COORDINATOR, WORKER, NODE);

    @ArchTest
    static final ArchRule protocolHasNoInputOrOutput = noClasses()
            .that()
            .resideInAPackage(PROTOCOL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net.http..", "java.nio.file..", "java.sql..", "akka.http..", "software.amazon..");

    @ArchTest
    static final ArchRule packagesHaveNoCyclesInTheCoordinator =
            slices().matching("io.bakstripe.coordinator.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesHaveNoCyclesInTheWorker =
            slices().matching("io.bakstripe.worker.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule wireMessagesAreRecordsOrSealed = classes()
            .that()
            .implement(CborSerializable.class)
            .and()
            .areNotInterfaces()
            .should()
            .beRecords();

    @ArchTest
    static final ArchRule journalEventsHoldNoWireMessages = noClasses()
            .that()
            .resideInAPackage("..journal..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.bakstripe.protocol.message..");

    @ArchTest
    static final ArchRule classesAreFinalOrMadeToBeExtended = classes()
            .that()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .and()
            .areTopLevelClasses()
            .should()
            .haveModifier(JavaModifier.FINAL)
            .orShould()
            .haveModifier(JavaModifier.ABSTRACT)
            .orShould(com.tngtech.archunit.lang.conditions.ArchConditions.be(
                    new DescribedPredicate<JavaClass>("a package description") {
                        @Override
                        public boolean test(JavaClass type) {
                            return type.getSimpleName().equals("package-info");
                        }
                    }));

    @ArchTest
    static final ArchRule timeAndRandomnessAreInjected = noClasses()
            .that()
            .resideInAnyPackage(COORDINATOR, WORKER)
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(System.class, "getenv", String.class);

    @ArchTest
    static final ArchRule onlyTheNodeLoadsConfiguration = noClasses()
            .that()
            .resideOutsideOfPackage(NODE)
            .should()
            .callMethod(com.typesafe.config.ConfigFactory.class, "load");

    @ArchTest
    static final ArchRule actorsNeverWaitForFutures = noClasses()
            .that()
            .resideInAnyPackage("io.bakstripe.coordinator.instance..", "io.bakstripe.coordinator.database..")
            .should()
            .callMethod(CompletableFuture.class, "join")
            .orShould()
            .callMethod(CompletableFuture.class, "get")
            .orShould()
            .callMethod(Future.class, "get");
}
