// swift-tools-version: 6.2
import PackageDescription

/// What every room is compiled with: the next language mode's checks, and no warning survives.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// A room of the house and its tests. Dependencies point down only: see README, "Architecture".
func room(
    _ name: String, on dependencies: [Target.Dependency] = [], testData: [String] = []
) -> [Target] {
    [
        .target(name: name, dependencies: dependencies, swiftSettings: settings),
        .testTarget(
            name: name + "Tests",
            dependencies: [.byName(name: name)] + dependencies,
            exclude: testData, swiftSettings: settings),
    ]
}

func system(_ name: String, _ pkgConfig: String?, apt package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// Swift's own libraries inside the released binary: it runs where no Swift is installed, and starts
/// in two thirds of the time. The libraries named are those that the static ones are made of.
let selfContained: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-static-stdlib", "-lCoreFoundation", "-l_FoundationCShims",
            "-l_FoundationCollections", "-l_FoundationICU",
        ],
        .when(platforms: [.linux], configuration: .release))
]

let package = Package(
    name: "starling",
    products: [
        .library(name: "Starling", targets: ["Starling"]),
        // The rooms one by one, for tools/benchmarks.
        .library(
            name: "Rooms",
            targets: [
                "Values", "GraphStore", "LinearAlgebra", "GraphAlgorithms", "GraphNetworks",
                "Recommend",
            ]),
        .executable(name: "starling", targets: ["StarlingCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    ],
    targets: [
        system("CLMDB", nil, apt: "liblmdb-dev"),
        system("CEdit", nil, apt: "libedit-dev"),
        system("CZlib", nil, apt: "zlib1g-dev"),
        system("CMalloc", nil, apt: "libc6-dev"),
        system("COpenBLAS", "openblas", apt: "libopenblas-dev"),
        .target(name: "CKernels"),
    ]
        + room("LMDB", on: ["CLMDB"])
        + room("Values", on: ["CKernels"])
        + room("GraphStore", on: ["LMDB", "Values", "CKernels"])
        + room("Cypher")
        + room("QueryEngine", on: ["Cypher", "GraphStore", "Values", "CZlib"])
        + room("LinearAlgebra", on: ["COpenBLAS", "CKernels"])
        + room("GraphAlgorithms", on: ["LinearAlgebra", "GraphStore", "Values"])
        + room("GraphNetworks", on: ["LinearAlgebra", "GraphAlgorithms", "GraphStore", "Values"])
        + room("Recommend", on: ["LinearAlgebra", "GraphNetworks", "GraphStore", "Values"])
        + room("BulkImport", on: ["GraphStore", "Values", "CZlib"])
        + room(
            "Starling",
            on: [
                "QueryEngine", "Recommend", "GraphNetworks", "GraphAlgorithms", "LinearAlgebra",
                "Cypher", "GraphStore", "LMDB", "Values",
            ],
            testData: ["Scripts"])
        + room(
            "Bolt",
            on: [
                "Starling", "Values",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ])
        + [
            .executableTarget(
                name: "StarlingCommand",
                dependencies: [
                    "Starling", "Bolt", "BulkImport", "Cypher", "GraphStore", "LinearAlgebra",
                    "Values", "CEdit", "CMalloc",
                    .product(name: "ArgumentParser", package: "swift-argument-parser"),
                    .product(name: "Logging", package: "swift-log"),
                ],
                swiftSettings: settings, linkerSettings: selfContained)
        ]
)
